using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Slipway.Secrets;

/// <summary>A value that must not be seen. It prints as <c>***</c>; only <see cref="Reveal"/> gives it away, so every use can be found.</summary>
[DebuggerDisplay("***")]
[JsonConverter(typeof(SecretJsonConverter))]
public sealed class Secret
{
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    private readonly string _value;

    public Secret(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        _value = value;
    }

    /// <summary>The value itself. Call it where the value leaves for its one destination, not earlier.</summary>
    public string Reveal() => _value;

    public override string ToString() => "***";
}

/// <summary>Secrets come in as JSON, in a request; they never go out that way.</summary>
public sealed class SecretJsonConverter : JsonConverter<Secret>
{
    public override Secret Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String
            ? new Secret(reader.GetString()!)
            : throw new JsonException("A secret must be a JSON string.");

    // Writing *** instead would be stored one day, and read back as the secret.
    public override void Write(Utf8JsonWriter writer, Secret value, JsonSerializerOptions options) =>
        throw new NotSupportedException("A secret is never written as JSON. Store it through SecretCipher, or leave it out of this type.");
}
