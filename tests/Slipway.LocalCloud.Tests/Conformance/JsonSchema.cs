using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Slipway.LocalCloud.Tests.Conformance;

/// <summary>
/// The part of OpenAPI 3.0's schemas that Hetzner's document uses. An unknown property counts as a mistake: an emulator that
/// invents one teaches its clients something wrong.
/// </summary>
internal static class JsonSchema
{
    public static IEnumerable<string> Examine(JsonNode root, JsonNode schema, JsonNode? value, string at = "$")
    {
        schema = Resolve(root, schema);
        if (value is null)
        {
            return IsNullable(root, schema) ? [] : [$"{at} is null"];
        }

        if (schema["oneOf"] is JsonArray variants)
        {
            var tried = variants.Select(v => Examine(root, v!, value, at).ToList()).ToList();
            return tried.Exists(t => t.Count == 0) ? [] : tried.MinBy(t => t.Count)!;
        }

        if (schema["allOf"] is JsonArray parts)
        {
            return Examine(root, Merge(root, schema, parts), value, at);
        }

        return (string?)schema["type"] switch
        {
            "object" => value is JsonObject o ? OfObject(root, schema, o, at) : [$"{at} is no object"],
            "array" => value is JsonArray a ? OfArray(root, schema, a, at) : [$"{at} is no array"],
            "string" => value.GetValueKind() == JsonValueKind.String ? OfString(schema, (string)value!, at) : [$"{at} is no string"],
            "integer" => value is JsonValue v && v.TryGetValue<long>(out _) ? [] : [$"{at} is no integer"],
            "number" => value.GetValueKind() == JsonValueKind.Number ? [] : [$"{at} is no number"],
            "boolean" => value.GetValueKind() is JsonValueKind.True or JsonValueKind.False ? [] : [$"{at} is no boolean"],
            _ => [],
        };
    }

    private static IEnumerable<string> OfObject(JsonNode root, JsonNode schema, JsonObject value, string at)
    {
        var properties = schema["properties"] as JsonObject;
        foreach (var required in schema["required"] as JsonArray ?? [])
        {
            if (!value.ContainsKey((string)required!))
            {
                yield return $"{at}.{required} is missing";
            }
        }

        foreach (var (name, item) in value)
        {
            if (properties?[name] is { } known)
            {
                foreach (var mistake in Examine(root, known, item, $"{at}.{name}"))
                {
                    yield return mistake;
                }
            }
            else if (schema["additionalProperties"] is JsonObject others)
            {
                foreach (var mistake in Examine(root, others, item, $"{at}.*"))
                {
                    yield return mistake;
                }
            }
            else if (properties is not null && schema["additionalProperties"] is null)
            {
                yield return $"{at}.{name} is unknown";
            }
        }
    }

    private static IEnumerable<string> OfArray(JsonNode root, JsonNode schema, JsonArray value, string at) =>
        schema["items"] is { } items ? value.SelectMany(item => Examine(root, items, item, $"{at}[]")).Distinct() : [];

    private static IEnumerable<string> OfString(JsonNode schema, string value, string at)
    {
        if (schema["enum"] is JsonArray allowed && !allowed.Any(a => (string?)a == value))
        {
            yield return $"{at} is '{value}', which is not in its enumeration";
        }

        if ((string?)schema["format"] == "date-time" && !DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, out _))
        {
            yield return $"{at} is '{value}', no time";
        }

        if ((string?)schema["pattern"] is { } pattern && !Regex.IsMatch(value, pattern, RegexOptions.None, TimeSpan.FromSeconds(1)))
        {
            yield return $"{at} is '{value}', against its pattern";
        }
    }

    private static JsonNode Resolve(JsonNode root, JsonNode schema) =>
        (string?)schema["$ref"] is { } reference
            ? Resolve(root, reference.TrimStart('#', '/').Split('/').Aggregate(root, (node, part) => node[part]!))
            : schema;

    private static bool IsNullable(JsonNode root, JsonNode schema) =>
        (bool?)schema["nullable"] == true
        || (schema["allOf"] as JsonArray ?? schema["oneOf"] as JsonArray)?.Any(p => (bool?)Resolve(root, p!)["nullable"] == true) == true
        || (schema["type"] is null && schema["allOf"] is null && schema["oneOf"] is null && schema["properties"] is null);

    private static JsonObject Merge(JsonNode root, JsonNode schema, JsonArray parts)
    {
        var properties = new JsonObject();
        var required = new JsonArray();
        foreach (var part in parts.Select(p => Resolve(root, p!)).Append(schema))
        {
            foreach (var (name, property) in part["properties"] as JsonObject ?? [])
            {
                properties[name] = property?.DeepClone();
            }

            foreach (var name in part["required"] as JsonArray ?? [])
            {
                required.Add(name!.DeepClone());
            }
        }

        return new JsonObject { ["type"] = "object", ["properties"] = properties, ["required"] = required };
    }
}
