using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Slipway.LocalCloud.Hetzner;

/// <summary>Reads bodies so that every malformed one is a 400 or a 422, never a 500.</summary>
internal static class HetznerRequest
{
    /// <summary>As <see cref="ReadAsync"/>, where a body may also be left out.</summary>
    public static async Task<T?> ReadOptionalAsync<T>(HttpContext context, JsonTypeInfo<T> type)
        where T : class =>
        context.Request.ContentLength is null or 0 && !context.Request.Headers.ContainsKey("Transfer-Encoding")
            ? null
            : await ReadAsync(context, type);

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
