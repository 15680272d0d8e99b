namespace Slipway.LocalCloud.Http;

/// <summary>A refusal in the words of the API it belongs to.</summary>
internal abstract class ApiFault(string message) : Exception(message)
{
    public abstract IResult ToResult();
}

internal sealed class ApiFaultHandling(RequestDelegate next)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (ApiFault fault)
        {
            await fault.ToResult().ExecuteAsync(context);
        }
    }
}
