namespace Slipway.Simulations;

/// <summary>A node's way out: every request is an effect, and what goes wrong with it goes wrong here.</summary>
internal sealed class NodeHttp(Node node) : HttpMessageHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        node.World.Pump.Outside(AnswerAsync(request), cancellationToken);

    private async Task<HttpResponseMessage> AnswerAsync(HttpRequestMessage request)
    {
        var world = node.World;
        var call = await Call.OfAsync(request);
        if (!node.IsAlive)
        {
            return await Never.Of<HttpResponseMessage>();
        }

        if (node.IsHung)
        {
            await node.HangAsync();
        }

        switch (world.Strike(node, $"{call.Method} {call.Address.PathAndQuery}", call))
        {
            case Trouble.DieBefore:
                node.Die();
                return await Never.Of<HttpResponseMessage>();
            case Trouble.DieAfter:
                await AskAsync(call);
                node.Die();
                return await Never.Of<HttpResponseMessage>();
            case Trouble.LoseAnswer:
                await AskAsync(call);
                throw new HttpRequestException(HttpRequestError.ResponseEnded, "The answer was lost.");
            case Trouble.Repeat:
                await AskAsync(call);
                break;
            case Trouble.StaleRead when world.Stale(call) is { } stale:
                return stale.ToMessage();
            case Trouble.Hang:
                var late = await world.AskAsync(call);
                await node.HangAsync();
                return late.ToMessage();
            default:
                break;
        }

        return (await world.AskAsync(call)).ToMessage();
    }

    /// <summary>The request arrives; nobody hears the answer.</summary>
    private async Task AskAsync(Call call)
    {
        try
        {
            await node.World.AskAsync(call);
        }
        catch (HttpRequestException)
        {
            // The cloud broke the connection itself; that is no other loss.
        }
    }
}

/// <summary>How machines reach the control plane: whichever node answers takes the report.</summary>
internal sealed class ReportHttp(World world) : HttpMessageHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        world.Pump.Outside(DeliverAsync(request), cancellationToken);

    private async Task<HttpResponseMessage> DeliverAsync(HttpRequestMessage request)
    {
        var call = await Call.OfAsync(request);
        if (world.AnyNode() is not { } node)
        {
            throw new HttpRequestException(HttpRequestError.ConnectionError, "No node answers.");
        }

        try
        {
            return new HttpResponseMessage(await node.CallAsync(() => node.TakeReportAsync(call)));
        }
        catch (NodeDiedException died)
        {
            throw new HttpRequestException(HttpRequestError.ResponseEnded, died.Message);
        }
    }
}

internal static class PumpedHttp
{
    /// <summary>Hands an answer that comes later back outside of the scheduler, so that HttpClient goes on with it on this thread.</summary>
    public static Task<HttpResponseMessage> Outside(this Pump pump, Task<HttpResponseMessage> answer, CancellationToken cancellationToken)
    {
        if (answer.IsCompleted)
        {
            return answer;
        }

        var handed = new TaskCompletionSource<HttpResponseMessage>();
        _ = answer.ContinueWith(
            done => pump.Post(() => handed.TrySetFromTask(done)), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, pump);
        cancellationToken.Register(() => pump.Post(() => handed.TrySetCanceled(cancellationToken)));
        return handed.Task;
    }
}
