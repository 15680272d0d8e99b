using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Slipway.LocalCloud.Hetzner;

/// <summary>A reference to a resource: requests name it by id or by name, as a number or as text.</summary>
[JsonConverter(typeof(IdOrNameConverter))]
internal readonly record struct IdOrName(string Text)
{
    public bool Matches(long id, string? name) =>
        name == Text || (long.TryParse(Text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number == id);
}

internal sealed class IdOrNameConverter : JsonConverter<IdOrName>
{
    public override IdOrName Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType switch
        {
            JsonTokenType.String => new IdOrName(reader.GetString()!),
            JsonTokenType.Number when reader.TryGetInt64(out var id) => new IdOrName(id.ToString(CultureInfo.InvariantCulture)),
            _ => throw new JsonException("An id or a name is expected."),
        };

    public override void Write(Utf8JsonWriter writer, IdOrName value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Text);
}
