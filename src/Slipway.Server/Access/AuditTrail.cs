using Slipway.Storage;

namespace Slipway.Server.Access;

/// <summary>Who did what to what, in the transaction that does it.</summary>
public sealed class AuditTrail(IdSource ids, TimeProvider time)
{
    public async Task WriteAsync(Transaction transaction, HttpContext http, string action, string target, string? detail = null)
    {
        await transaction.ExecuteAsync(
            "INSERT INTO audit (id, at, actor, action, target, detail) VALUES (@id, @now, @actor, @action, @target, @detail)",
            new { id = ids.Next("aud"), now = time.GetUtcNow(), actor = http.User.Identity?.Name ?? "nobody", action, target, detail });
        http.Items[AuditFilter.Mark] = true;
    }
}

/// <summary>Says of a mutating endpoint that it changes nothing worth an audit entry, and why.</summary>
internal sealed record NotAudited(string Reason);

/// <summary>A mutation that succeeded without an audit entry is a programming error, and shows as one.</summary>
internal sealed class AuditFilter : IEndpointFilter
{
    public const string Mark = "audited";

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var result = await next(context);
        var http = context.HttpContext;
        // A handler that declares its answers returns them wrapped.
        var failed = (result is INestedHttpResult nested ? nested.Result : result) is IStatusCodeHttpResult { StatusCode: >= 400 };
        if (!failed && !HttpMethods.IsGet(http.Request.Method) && !http.Items.ContainsKey(Mark)
            && http.GetEndpoint()?.Metadata.GetMetadata<NotAudited>() is null)
        {
            throw new InvalidOperationException($"{http.Request.Method} {http.Request.Path} changed something without writing an audit entry.");
        }

        return result;
    }
}
