using System.Text.Json.Serialization;

namespace Slipway.LocalCloud.Stripe;

internal sealed record StripeList<T>(string Object, IReadOnlyList<T> Data, bool HasMore, string Url);

internal sealed record StripeDeleted(string Id, string Object, bool Deleted);

internal sealed record StripeErrorBody(StripeErrorContent Error);

internal sealed record StripeErrorContent(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Code,
    string Message,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Param,
    string Type);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(CheckoutSession))]
[JsonSerializable(typeof(StripeList<CheckoutSession>))]
[JsonSerializable(typeof(Customer))]
[JsonSerializable(typeof(StripeList<Customer>))]
[JsonSerializable(typeof(Product))]
[JsonSerializable(typeof(StripeList<Product>))]
[JsonSerializable(typeof(Price))]
[JsonSerializable(typeof(StripeList<Price>))]
[JsonSerializable(typeof(Subscription))]
[JsonSerializable(typeof(StripeList<Subscription>))]
[JsonSerializable(typeof(Invoice))]
[JsonSerializable(typeof(StripeList<Invoice>))]
[JsonSerializable(typeof(PaymentIntent))]
[JsonSerializable(typeof(StripeList<PaymentIntent>))]
[JsonSerializable(typeof(Refund))]
[JsonSerializable(typeof(StripeList<Refund>))]
[JsonSerializable(typeof(RefundedCharge))]
[JsonSerializable(typeof(TestClock))]
[JsonSerializable(typeof(StripeList<TestClock>))]
[JsonSerializable(typeof(WebhookEndpoint))]
[JsonSerializable(typeof(StripeList<WebhookEndpoint>))]
[JsonSerializable(typeof(StripeEvent))]
[JsonSerializable(typeof(StripeList<StripeEvent>))]
[JsonSerializable(typeof(StripeDeleted))]
[JsonSerializable(typeof(StripeErrorBody))]
internal sealed partial class StripeJson : JsonSerializerContext
{
    public static StripeJson Wire => Default;
}
