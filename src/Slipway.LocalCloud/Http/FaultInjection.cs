namespace Slipway.LocalCloud.Http;

/// <summary>Trouble that was asked for: on a route (<c>POST /v1/servers</c>) or on an action's command (<c>create_server</c>).</summary>
internal sealed class Faults
{
    private readonly Lock _gate = new();
    private readonly List<Fault> _faults = [];

    public void Add(Fault fault)
    {
        lock (_gate)
        {
            _faults.Add(fault);
        }
    }

    /// <summary>The oldest fault for this subject, one use of it spent.</summary>
    public Fault? Take(string subject)
    {
        lock (_gate)
        {
            var index = _faults.FindIndex(f => f.Subject == subject);
            if (index < 0)
            {
                return null;
            }

            var fault = _faults[index];
            if (fault.Times <= 1)
            {
                _faults.RemoveAt(index);
            }
            else
            {
                _faults[index] = fault with { Times = fault.Times - 1 };
            }

            return fault;
        }
    }

    public void Clear()
    {
        lock (_gate)
        {
            _faults.Clear();
        }
    }
}

internal enum FaultKind
{
    /// <summary>The request is carried out and the connection dies before its answer.</summary>
    LostAnswer,

    /// <summary>The connection dies before anything is done.</summary>
    LostRequest,

    /// <summary>Nothing is done; a given status and body are answered.</summary>
    Answer,

    /// <summary>The action ends with an error.</summary>
    FailAction,
}

internal sealed record Fault(string Subject, FaultKind Kind, int Times, int Status, string Text);

internal sealed class FaultInjection(RequestDelegate next, Faults faults)
{
    public async Task InvokeAsync(HttpContext context)
    {
        switch (faults.Take(RequestCounting.RouteOf(context)))
        {
            case { Kind: FaultKind.LostAnswer }:
                context.Response.Body = Stream.Null;
                await next(context);
                context.Abort();
                break;
            case { Kind: FaultKind.LostRequest }:
                context.Abort();
                break;
            case { Kind: FaultKind.Answer } fault:
                context.Response.StatusCode = fault.Status;
                context.Response.ContentType = fault.Text.StartsWith('{') ? "application/json" : "text/html";
                await context.Response.WriteAsync(fault.Text);
                break;
            default:
                await next(context);
                break;
        }
    }
}
