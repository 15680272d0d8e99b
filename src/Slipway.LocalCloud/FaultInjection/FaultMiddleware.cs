using System.Globalization;
using Slipway.LocalCloud.Http;

namespace Slipway.LocalCloud.FaultInjection;

/// <summary>Strikes requests, before the API they are for sees them or after.</summary>
internal sealed class FaultMiddleware(RequestDelegate next, Faults faults, LocalCloudOptions options, TimeProvider time)
{
    public Task InvokeAsync(HttpContext context)
    {
        var route = RequestCounting.RouteOf(context);
        if (context.Request.Path.StartsWithSegments("/_local/faults")
            || faults.Take(FaultScope.Wire, f => FaultRoute.Matches(f, context, route) && Applies(f, context)) is not { } fault)
        {
            return RememberAsync(context, route);
        }

        return StrikeAsync(fault, context);
    }

    private async Task StrikeAsync(Fault fault, HttpContext context)
    {
        switch (fault.Kind.Name)
        {
            case "lost_answer":
                context.Response.Body = Stream.Null;
                await next(context);
                context.Abort();
                break;
            case "lost_request":
                context.Abort();
                break;
            case "slow":
                await Task.Delay(TimeSpan.FromMilliseconds(fault.Number("milliseconds")), time, context.RequestAborted);
                await next(context);
                break;
            case "hang":
                await HangAsync(fault, context);
                break;
            case "bad_gateway_html":
                await WriteAsync(context, 502, "text/html", "<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>");
                break;
            case "gateway_timeout" when fault.Text("done") == "yes":
                await RecordedAnswer.OfAsync(context, next);
                context.Response.Clear();
                await ErrorAnswers.WriteAsync(context, 504, options, time);
                break;
            case "malformed_json":
                var whole = await RecordedAnswer.OfAsync(context, next);
                await (whole with { Body = whole.Body[..(whole.Body.Length / 2)] }).ReplayAsync(context);
                break;
            case "stale_read":
                await fault.Stale[UrlOf(context)].ReplayAsync(context);
                break;
            case "answer":
                var text = fault.Text("text")!;
                await WriteAsync(context, fault.Number("status"), text.StartsWith('{') ? "application/json" : "text/html", text);
                break;
            case "rate_limited":
                await ErrorAnswers.WriteAsync(context, 429, options, time, fault.Number("retry_after"));
                break;
            default:
                await ErrorAnswers.WriteAsync(
                    context, fault.Kind.Name switch { "internal_error" => 500, "unavailable" => 503, _ => 504 }, options, time);
                break;
        }
    }

    /// <summary>A stale read needs something read before.</summary>
    private static bool Applies(Fault fault, HttpContext context) =>
        fault.Kind.Name != "stale_read" || (HttpMethods.IsGet(context.Request.Method) && fault.Stale.ContainsKey(UrlOf(context)));

    private async Task RememberAsync(HttpContext context, string route)
    {
        if (!HttpMethods.IsGet(context.Request.Method) || faults.Find("stale_read", f => FaultRoute.Matches(f, context, route)) is not { } fault)
        {
            await next(context);
            return;
        }

        var answer = await RecordedAnswer.OfAsync(context, next);
        fault.Stale[UrlOf(context)] = answer;
        await answer.ReplayAsync(context);
    }

    private static async Task HangAsync(Fault fault, HttpContext context)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(fault.TakenBack, context.RequestAborted);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = either.Token.Register(ended.SetResult);
        await ended.Task;
        context.Abort();
    }

    private static async Task WriteAsync(HttpContext context, int status, string type, string text)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        await context.Response.WriteAsync(text);
    }

    private static string UrlOf(HttpContext context) =>
        string.Create(CultureInfo.InvariantCulture, $"{context.Request.Path}{context.Request.QueryString}");
}

/// <summary>An answer kept instead of sent, to be sent later, changed or again.</summary>
internal sealed record RecordedAnswer(int Status, string? ContentType, byte[] Body)
{
    public static async Task<RecordedAnswer> OfAsync(HttpContext context, RequestDelegate next)
    {
        var sent = context.Response.Body;
        using var kept = new MemoryStream();
        context.Response.Body = kept;
        try
        {
            await next(context);
        }
        finally
        {
            context.Response.Body = sent;
        }

        return new RecordedAnswer(context.Response.StatusCode, context.Response.ContentType, kept.ToArray());
    }

    public async Task ReplayAsync(HttpContext context)
    {
        context.Response.StatusCode = Status;
        context.Response.ContentType = ContentType;
        context.Response.ContentLength = null;
        if (Body.Length > 0)
        {
            await context.Response.Body.WriteAsync(Body);
        }
    }
}
