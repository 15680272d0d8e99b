namespace Slipway.LocalCloud.State;

/// <summary>No answer leaves before what it tells of is kept: that of a change its change, that of a question what happened by itself meanwhile.</summary>
internal sealed class StateMiddleware(RequestDelegate next, StateStore store, StateChanges changes)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var changing = !HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method);
        context.Response.OnStarting(() =>
        {
            if (changing)
            {
                changes.Mark();
            }

            return store.SavedAsync();
        });
        try
        {
            await next(context);
        }
        finally
        {
            // An answer that never leaves, because a fault says so, was for a change all the same.
            if (changing && !context.Response.HasStarted)
            {
                changes.Mark();
            }
        }
    }
}
