using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Slipway.LocalCloud.Http;

/// <summary>What the proxies in front of real APIs refuse, in their way: short text, not the API's JSON.</summary>
internal sealed class RefusedBodies(RequestDelegate next)
{
    public const int MaxBytes = 1 << 20;

    /// <summary>Up to this a body is read and thrown away, so that its sender hears the refusal instead of a broken connection.</summary>
    private const int MaxDiscarded = 64 << 20;

    private static readonly HashSet<string> Charsets = new(["utf-8", "us-ascii", "iso-8859-1"], StringComparer.OrdinalIgnoreCase);

    public async Task InvokeAsync(HttpContext context)
    {
        if (context.Request.ContentLength > MaxBytes)
        {
            if (context.Request.ContentLength <= MaxDiscarded)
            {
                context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = MaxDiscarded;
                await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
            }

            await RefuseAsync(context, StatusCodes.Status413PayloadTooLarge, $"The body has {context.Request.ContentLength} bytes, and {MaxBytes} are allowed; send less.");
            return;
        }

        if (MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type) && type.Charset.HasValue && !Charsets.Contains(type.Charset.Value.Trim('"')))
        {
            await RefuseAsync(context, StatusCodes.Status415UnsupportedMediaType, $"The charset '{type.Charset}' is not known here; send utf-8.");
            return;
        }

        try
        {
            await next(context);
        }
        catch (BadHttpRequestException bad) when (!context.Response.HasStarted)
        {
            await RefuseAsync(context, bad.StatusCode, bad.Message);
        }
        catch (InvalidDataException bad) when (!context.Response.HasStarted)
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, bad.Message);
        }
    }

    private static Task RefuseAsync(HttpContext context, int status, string message)
    {
        context.Response.Clear();
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(message + "\n");
    }
}
