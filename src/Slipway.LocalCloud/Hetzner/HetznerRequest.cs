using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Slipway.LocalCloud.Http;

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
        try
        {
            return await JsonBody.ReadAsync(context, type);
        }
        catch (JsonException wrong) when (wrong.Path is { } path)
        {
            throw HetznerFault.InvalidField(path.TrimStart('$', '.'), "Invalid type.");
        }
        catch (JsonException)
        {
            throw HetznerFault.JsonError();
        }
    }
}
