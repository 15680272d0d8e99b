using System.Text.Json;
using System.Text.Json.Serialization;

namespace Slipway.Payments.Stripe;

/// <summary>A page of Stripe's lists, the newest first.</summary>
public sealed record StripeList<T>
{
    public IReadOnlyList<T> Data { get; init; } = [];

    public bool HasMore { get; init; }
}

internal sealed record StripeErrorAnswer
{
    public StripeErrorBody? Error { get; init; }
}

internal sealed record StripeErrorBody
{
    public string? Code { get; init; }

    public string? Message { get; init; }

    public string? Type { get; init; }
}

/// <summary>A reference is an id, or the whole object where somebody asked to expand it.</summary>
internal sealed class IdOrObject : JsonConverter<string>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            return reader.GetString();
        }

        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException($"An id or an object was expected, not {reader.TokenType}.");
        }

        using var document = JsonDocument.ParseValue(ref reader);
        return document.RootElement.TryGetProperty("id", out var id) ? id.GetString() : null;
    }

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(StripeEvent))]
[JsonSerializable(typeof(StripeList<StripeEvent>))]
[JsonSerializable(typeof(StripeSubscription))]
[JsonSerializable(typeof(StripeList<StripeSubscription>))]
[JsonSerializable(typeof(StripeList<StripeWebhookEndpoint>))]
[JsonSerializable(typeof(StripeInvoice))]
[JsonSerializable(typeof(StripeList<StripeInvoice>))]
[JsonSerializable(typeof(StripeCheckoutSession))]
[JsonSerializable(typeof(StripeList<StripeCheckoutSession>))]
[JsonSerializable(typeof(StripeRefund))]
[JsonSerializable(typeof(StripeDispute))]
[JsonSerializable(typeof(StripePaymentIntent))]
[JsonSerializable(typeof(StripeList<StripeInvoicePayment>))]
[JsonSerializable(typeof(StripeErrorAnswer))]
internal sealed partial class StripeJson : JsonSerializerContext;
