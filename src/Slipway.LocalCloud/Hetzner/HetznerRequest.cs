using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Slipway.LocalCloud.Hetzner;

/// <summary>Reads bodies so that every malformed one is a 400 or a 422, never a 500.</summary>
internal static class HetznerRequest
{
    public static async Task<T> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type)
        where T : class
    {
        JsonDocument document;
        try
        {
            document = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
        }
        catch (JsonException)
        {
            throw HetznerFault.JsonError();
        }

        using (document)
        {
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw HetznerFault.JsonError();
            }

            try
            {
                return document.Deserialize(type) ?? throw HetznerFault.JsonError();
            }
            catch (JsonException wrong)
            {
                throw HetznerFault.InvalidField((wrong.Path ?? "$").TrimStart('$', '.'), "Invalid type.");
            }
        }
    }
}
