using Slipway.Machines.Snapshots;
using Slipway.Operations;

namespace Slipway.Machines.Reconcile;

/// <summary>Reads the rows a round goes by.</summary>
internal sealed class RowReader(ReconcileStore store, OperationStore operations, SnapshotStore snapshots, ControlPlane controlPlane)
{
    /// <summary>Reads the rows after the clouds were listed; what differs from <paramref name="before"/> is changing.</summary>
    public async Task<RowView> ReadAsync(RowView? before, CancellationToken cancellationToken)
    {
        // Operations first: one that ends in between is busy in this view, and its machine is as it left it.
        var unfinished = await operations.ListUnfinishedAsync(cancellationToken);
        var machines = (await store.ListMachinesAsync(cancellationToken)).ToDictionary(m => m.Subject, StringComparer.Ordinal);
        var busy = unfinished.Select(o => o.Subject).ToHashSet(StringComparer.Ordinal);
        if (before is not null)
        {
            busy.UnionWith(before.Busy);
            busy.UnionWith(machines.Values.Where(m => before.Machines.GetValueOrDefault(m.Subject) != m).Select(m => m.Subject));
        }

        return new RowView
        {
            ControlPlane = await controlPlane.GetIdAsync(cancellationToken),
            Machines = machines,
            Snapshots = (await snapshots.ListImagesAsync(cancellationToken)).ToHashSet(),
            Unfinished = unfinished,
            Busy = busy,
        };
    }

    /// <summary>Whether any row has come to know a resource, or may be about to.</summary>
    public async Task<bool> IsClaimedAsync(CloudResource resource, CancellationToken cancellationToken)
    {
        var rows = await ReadAsync(before: null, cancellationToken);
        return rows.IsBusy(resource) || Ownership.IsKnown(rows, resource);
    }

    /// <summary>Whether an operation of ours, finished or not, has this id.</summary>
    public async Task<bool> MadeAsync(CloudResource resource, CancellationToken cancellationToken) =>
        resource is { IsAtHetzner: false, OperationId: { } id } && await operations.FindAsync(id, cancellationToken) is not null;
}
