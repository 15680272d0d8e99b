using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Slipway.LocalCloud.Http;

/// <summary>Reads request bodies; whatever is no such object is a <see cref="JsonException"/>, with the path of the mistake where one is known.</summary>
internal static class JsonBody
{
    public static async Task<T> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type)
        where T : class
    {
        using var document = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            throw new JsonException("A JSON object is expected.");
        }

        RefuseNullElements(document.RootElement, "$");
        return document.Deserialize(type)!;
    }

    /// <summary>The serializer lets a null into any list; no API here does.</summary>
    private static void RefuseNullElements(JsonElement element, string path)
    {
        if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in element.EnumerateObject())
            {
                RefuseNullElements(property.Value, $"{path}.{property.Name}");
            }
        }
        else if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in element.EnumerateArray())
            {
                if (item.ValueKind == JsonValueKind.Null)
                {
                    throw new JsonException("A list has a null in it.", path, lineNumber: null, bytePositionInLine: null);
                }

                RefuseNullElements(item, path);
            }
        }
    }
}
