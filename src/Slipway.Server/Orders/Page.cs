using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Slipway.Server.Orders;

/// <summary>A whole page, and the headers every page owes: nothing inline runs, nobody frames it, nothing of it is kept or told to others.</summary>
internal sealed class Page(string title, Html body) : IResult, IStatusCodeHttpResult
{
    private const string Assets = "/order-assets/";

    public int Status { get; init; } = StatusCodes.Status200OK;

    /// <summary>How often a browser without JavaScript asks again; null for a page that does not change by itself.</summary>
    public TimeSpan? Refresh { get; init; }

    /// <summary>Where a browser with JavaScript hears of changes.</summary>
    public string? Events { get; init; }

    int? IStatusCodeHttpResult.StatusCode => Status;

    /// <summary>The same for whatever is not there, so that nobody learns what is.</summary>
    public static Page NotFound { get; } = new("Not found", Html.Of($"""
        <h1>Not found</h1>
        <p>There is nothing at this address. If you followed a link, check that all of it arrived.</p>
        """)) { Status = StatusCodes.Status404NotFound };

    /// <summary>What nobody expected.</summary>
    public static Page Broken { get; } = Refused(
        StatusCodes.Status500InternalServerError, "Something went wrong", "This is our mistake, and nothing was lost. Go back and try again in a moment.");

    public static Page Refused(int status, string title, string what) => new(title, Html.Of($"<h1>{title}</h1><p role=\"alert\">{what}</p>")) { Status = status };

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = Status;
        httpContext.Response.ContentType = "text/html; charset=utf-8";
        await httpContext.Response.WriteAsync(Render().ToString(), Encoding.UTF8, httpContext.RequestAborted);
    }

    public static void Guard(HttpResponse response, string checkoutOrigin)
    {
        response.Headers.ContentSecurityPolicy =
            $"default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self' {checkoutOrigin}; base-uri 'none'; frame-ancestors 'none'";
        response.Headers["Referrer-Policy"] = "no-referrer";
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.XFrameOptions = "DENY";
        response.Headers["Cross-Origin-Opener-Policy"] = "same-origin";
        response.Headers["X-Robots-Tag"] = "noindex";
    }

    public static void MapAssets(IEndpointRouteBuilder routes)
    {
        foreach (var (name, type) in new[] { ("order.css", "text/css"), ("order.js", "text/javascript") })
        {
            var bytes = Read(name);
            routes.MapGet(Assets + name, (HttpContext http) =>
            {
                // By its hash in the address, so a new one is another address.
                http.Response.Headers.CacheControl = "public, max-age=86400";
                http.Response.Headers.XContentTypeOptions = "nosniff";
                return TypedResults.Bytes(bytes, type + "; charset=utf-8");
            }).AllowAnonymous().ExcludeFromDescription();
        }
    }

    private Html Render() => Html.Of($"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="referrer" content="no-referrer">
        <title>{title}</title>
        <link rel="stylesheet" href="{Address("order.css")}">
        {(Events is null ? Html.None : Html.Of($"<script src=\"{Address("order.js")}\" defer></script>"))}
        {(Refresh is not { } every ? Html.None : Html.Of($"<noscript><meta http-equiv=\"refresh\" content=\"{((int)every.TotalSeconds).ToString(CultureInfo.InvariantCulture)}\"></noscript>"))}
        </head>
        <body>
        <main{(Events is { } events ? Html.Of($" data-events=\"{events}\"") : Html.None)}>
        {body}
        </main>
        </body>
        </html>
        """);

    private static string Address(string name) => $"{Assets}{name}?v={Convert.ToHexStringLower(SHA256.HashData(Read(name)))[..12]}";

    private static byte[] Read(string name)
    {
        using var stream = typeof(Page).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"{name} is not in the assembly.");
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
