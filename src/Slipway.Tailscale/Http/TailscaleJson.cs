using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Slipway.Tailscale;

/// <summary>The wire: names as Tailscale writes them. Unknown members are ignored, absent ones keep their defaults.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(TimeConverter), typeof(IdConverter)])]
[JsonSerializable(typeof(TokenWire))]
[JsonSerializable(typeof(ErrorWire))]
[JsonSerializable(typeof(KeyWire))]
[JsonSerializable(typeof(KeyListWire))]
[JsonSerializable(typeof(DeviceWire))]
[JsonSerializable(typeof(DeviceListWire))]
[JsonSerializable(typeof(DeviceRoutesWire))]
[JsonSerializable(typeof(AttributesWire))]
[JsonSerializable(typeof(SetRoutesWire))]
[JsonSerializable(typeof(SetAttributeWire))]
[JsonSerializable(typeof(AuthorizedWire))]
[JsonSerializable(typeof(TagsWire))]
[JsonSerializable(typeof(NameWire))]
[JsonSerializable(typeof(KeyExpiryWire))]
[JsonSerializable(typeof(NothingWire))]
[JsonSerializable(typeof(List<WebhookEventWire>))]
internal sealed partial class TailscaleJson : JsonSerializerContext;

internal sealed class TokenWire
{
    [JsonPropertyName("access_token")]
    public string? AccessToken { get; set; }

    [JsonPropertyName("expires_in")]
    public double? ExpiresIn { get; set; }
}

internal sealed class ErrorWire
{
    public string? Message { get; set; }

    public string? Error { get; set; }

    [JsonPropertyName("error_description")]
    public string? ErrorDescription { get; set; }
}

/// <summary>Times as Go writes them: up to nine decimals; an empty string and the year 1 mean there is none.</summary>
internal sealed class TimeConverter : JsonConverter<DateTimeOffset?>
{
    public override bool HandleNull => true;

    public override DateTimeOffset? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        var text = reader.TokenType == JsonTokenType.String ? reader.GetString() : throw new JsonException("A time must be a string.");
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time.Year <= 1 ? null : time
            : throw new JsonException("A time is not in RFC 3339's form.");
    }

    public override void Write(Utf8JsonWriter writer, DateTimeOffset? value, JsonSerializerOptions options) => throw new NotSupportedException();
}

/// <summary>Texts that some servers write as numbers: Headscale's ids, Tailscale's legacy ones.</summary>
internal sealed class IdConverter : JsonConverter<string>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.Number when reader.TryGetInt64(out var number) => number.ToString(CultureInfo.InvariantCulture),
        JsonTokenType.String => reader.GetString(),
        _ => throw new JsonException("A text or a whole number was expected."),
    };

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);
}
