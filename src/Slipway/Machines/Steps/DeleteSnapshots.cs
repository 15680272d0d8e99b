using System.Globalization;
using Slipway.Machines.Snapshots;
using Slipway.Operations;

namespace Slipway.Machines.Steps;

/// <summary>Deletes one snapshot; its row goes when Hetzner says that it is gone.</summary>
public sealed class DeleteSnapshot(SnapshotImages images) : Step<MachineState>
{
    public override async Task<StepOutcome> RunAsync(MachineState state, StepContext context, CancellationToken cancellationToken)
    {
        var id = state.Removal!.ImageId;
        return await images.IsGoneAsync(id, cancellationToken)
            ? Done(state, string.Create(CultureInfo.InvariantCulture, $"snapshot {id} is gone")) with { Also = transaction => SnapshotStore.ForgetImageAsync(transaction, id) }
            : Wait(context.Now.AddSeconds(1), $"Hetzner still shows snapshot {id}.");
    }
}

/// <summary>An agent that goes takes its snapshots with it, but for those that are to be kept: they cost money, and hold what was on its disk.</summary>
public sealed class DeleteSnapshots(SnapshotStore snapshots, SnapshotImages images) : Step<MachineState>
{
    public override async Task<StepOutcome> RunAsync(MachineState state, StepContext context, CancellationToken cancellationToken)
    {
        var rows = await snapshots.ListAsync(context.Subject, cancellationToken);
        if (rows.All(r => r.Kept == 1))
        {
            return Done(state, rows.Count == 0 ? "there are none" : $"{rows.Count} kept");
        }

        var kept = rows.Where(r => r.Kept == 1).Select(r => r.OperationId).ToHashSet(StringComparer.Ordinal);
        var listed = (await images.OfAgentAsync(context.Subject, cancellationToken))
            .Where(i => !kept.Contains(i.Labels.GetValueOrDefault(MachineLabels.Operation, "")))
            .Select(i => i.Id);
        var left = 0;
        foreach (var id in listed.Union(rows.Where(r => r.Kept == 0).Select(r => r.ImageId).OfType<long>()))
        {
            left += await images.IsGoneAsync(id, cancellationToken) ? 0 : 1;
        }

        return left == 0
            ? Done(state, $"{rows.Count - kept.Count} gone") with { Also = transaction => SnapshotStore.ForgetAllAsync(transaction, context.Subject) }
            : Wait(context.Now.AddSeconds(1), $"{left} snapshots are deleted; making sure.");
    }
}
