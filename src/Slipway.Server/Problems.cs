using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;
using Slipway.Blueprints;

namespace Slipway.Server;

/// <summary>Refusals as RFC 9457 problems: a stable code to branch on, and words that say what to do.</summary>
internal static class Problems
{
    public static void AddProblems(this IServiceCollection services)
    {
        services.AddProblemDetails(options => options.CustomizeProblemDetails = context =>
            context.ProblemDetails.Extensions.TryAdd("code", CodeOf(context.ProblemDetails.Status)));
        services.AddExceptionHandler<ExceptionToProblem>();
        // Otherwise a body that cannot be read is refused without a word about what is wrong with it.
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
    }

    public static ProblemHttpResult Of(int status, string code, string detail, IDictionary<string, string[]>? errors = null)
    {
        var extensions = new Dictionary<string, object?>(StringComparer.Ordinal) { ["code"] = code };
        if (errors is not null)
        {
            extensions["errors"] = errors;
        }

        return TypedResults.Problem(detail, statusCode: status, title: code.Replace('_', ' '), extensions: extensions);
    }

    public static ProblemHttpResult NotFound(string what, string id) =>
        Of(StatusCodes.Status404NotFound, $"{what}_not_found", $"There is no {what} '{id}'. List them to see which there are.");

    private static string CodeOf(int? status) => status switch
    {
        400 => "bad_request",
        401 => "unauthorized",
        403 => "forbidden",
        404 => "not_found",
        405 => "method_not_allowed",
        413 => "body_too_large",
        415 => "unsupported_media_type",
        _ => "error",
    };

    private sealed class ExceptionToProblem(IProblemDetailsService problems) : IExceptionHandler
    {
        public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
        {
            var (status, code, detail) = exception switch
            {
                BlueprintNotFoundException e => (404, "blueprint_not_found", e.Message),
                BadHttpRequestException e => (e.StatusCode, CodeOf(e.StatusCode), e.InnerException?.Message ?? e.Message),
                _ => (500, "error", "Something went wrong here; the server's log has the details."),
            };
            httpContext.Response.StatusCode = status;
            var context = new ProblemDetailsContext { HttpContext = httpContext, Exception = exception };
            context.ProblemDetails.Status = status;
            context.ProblemDetails.Detail = detail;
            context.ProblemDetails.Extensions["code"] = code;
            return await problems.TryWriteAsync(context);
        }
    }
}
