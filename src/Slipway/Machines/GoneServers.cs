using Slipway.Hetzner;

namespace Slipway.Machines;

/// <summary>A server Hetzner was told to delete.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Subject">Whose it is, as its label says.</param>
/// <param name="Deletion">The action that deletes it.</param>
public sealed record DeletedServer(long Id, string Subject, long Deletion);

/// <summary>
/// Sees servers gone. Whoever asks within a moment shares two requests, so that many that go at once cost little more than their deletes;
/// who is alone is asked about by id.
/// </summary>
public sealed class GoneServers(HetznerClient hetzner, ControlPlane controlPlane, TimeProvider time)
{
    /// <summary>How long the first waits for others; Hetzner needs about as long to delete.</summary>
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);

    /// <summary>As many actions as one request can ask about.</summary>
    private const int Most = 25;

    private readonly Lock _gate = new();
    private Look? _next;

    /// <summary>Whether Hetzner says that it is gone: no server has its id, or its deletion succeeded and no list shows it any more.</summary>
    /// <exception cref="HetznerException">Hetzner could not be asked.</exception>
    public async Task<bool> IsGoneAsync(DeletedServer server, CancellationToken cancellationToken)
    {
        Look look;
        var isFirst = false;
        lock (_gate)
        {
            if (_next is null)
            {
                (_next, isFirst) = (new Look(), true);
            }

            look = _next;
            look.Servers.Add(server);
            if (look.Servers.Count == Most)
            {
                Close(look);
            }
        }

        if (isFirst)
        {
            _ = TakeAsync(look);
        }

        return (await look.Gone.Task.WaitAsync(cancellationToken)).Contains(server.Id);
    }

    private async Task TakeAsync(Look look)
    {
        try
        {
            await look.Full.Task.WaitAsync(Moment, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            lock (_gate)
            {
                Close(look);
            }

            look.Gone.SetResult(await (look.Servers is [var only] ? AskAsync(only) : AskAsync(look.Servers)));
        }
        catch (Exception e)
        {
            look.Gone.SetException(e);
        }
    }

    /// <summary>Nobody joins it any more. Called under the lock.</summary>
    private void Close(Look look)
    {
        if (_next == look)
        {
            _next = null;
        }

        look.Full.TrySetResult();
    }

    private async Task<HashSet<long>> AskAsync(DeletedServer only) => await hetzner.Servers.FindAsync(only.Id) is null ? [only.Id] : [];

    private async Task<HashSet<long>> AskAsync(List<DeletedServer> servers)
    {
        var done = (await hetzner.Actions.GetManyAsync(servers.Select(s => s.Deletion))).Where(a => a.Succeeded).Select(a => a.Id).ToHashSet();
        var gone = servers.Where(s => done.Contains(s.Deletion)).ToDictionary(s => s.Id, s => s.Subject);
        if (gone.Count > 0)
        {
            var ours = LabelSelector.FromLabels([KeyValuePair.Create(MachineLabels.ControlPlane, await controlPlane.GetIdAsync())])
                .WithAny(MachineLabels.Agent, [.. gone.Values]);
            await foreach (var there in hetzner.Servers.ListAsync(ours))
            {
                gone.Remove(there.Id);
            }
        }

        return [.. gone.Keys];
    }

    private sealed class Look
    {
        public List<DeletedServer> Servers { get; } = [];

        public TaskCompletionSource Full { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource<HashSet<long>> Gone { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
