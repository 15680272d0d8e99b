using Slipway.Hetzner;

namespace Slipway.Machines.Snapshots;

/// <summary>Snapshots as Hetzner has them, found by the labels they were made with: what was asked for and got no answer is found too.</summary>
public sealed class SnapshotImages(HetznerClient hetzner, ControlPlane controlPlane)
{
    public async Task<Dictionary<string, string>> LabelsAsync(string subject, string operationId, CancellationToken cancellationToken) =>
        MachineLabels.ForSnapshot(await controlPlane.GetIdAsync(cancellationToken), subject, operationId);

    /// <summary>What an operation made, the oldest first; more than one if its request arrived twice.</summary>
    public Task<IReadOnlyList<Image>> OfOperationAsync(string operationId, CancellationToken cancellationToken) =>
        ListAsync(MachineLabels.Operation, operationId, cancellationToken);

    /// <summary>What was made of an agent's disks.</summary>
    public Task<IReadOnlyList<Image>> OfAgentAsync(string subject, CancellationToken cancellationToken) => ListAsync(MachineLabels.Agent, subject, cancellationToken);

    /// <summary>Deletes one.</summary>
    /// <returns>False while it may still be there: it was deleted just now, or is still being made.</returns>
    public async Task<bool> IsGoneAsync(long image, CancellationToken cancellationToken)
    {
        try
        {
            return !await hetzner.Images.DeleteAsync(image, cancellationToken);
        }
        catch (HetznerException e) when (e.Code == HetznerErrorCodes.Locked)
        {
            return false;
        }
    }

    private async Task<IReadOnlyList<Image>> ListAsync(string label, string value, CancellationToken cancellationToken)
    {
        var owner = await controlPlane.GetIdAsync(cancellationToken);
        var selector = LabelSelector.FromLabels([new(MachineLabels.ControlPlane, owner), new(label, value)]);
        var found = new SortedDictionary<long, Image>();
        await foreach (var image in hetzner.Images.ListAsync("snapshot", selector.ToString(), cancellationToken))
        {
            found[image.Id] = image;
        }

        return [.. found.Values];
    }
}
