namespace Slipway.Operations.Nodes;

/// <summary>Watches the heartbeats of others for change, on its own clock alone.</summary>
internal sealed class NodeObserver(TimeProvider time)
{
    private readonly Dictionary<string, (long Beats, long Since)> _seen = new(StringComparer.Ordinal);

    /// <summary>Begins anew, for one that could not look for a while: whoever was silent meanwhile may have been cut off by the same.</summary>
    public void Forget() => _seen.Clear();

    /// <returns>Those of whom nothing was heard for <see cref="Membership.DeadAfter"/>.</returns>
    public IReadOnlyList<NodeRow> Look(IReadOnlyList<NodeRow> nodes)
    {
        var now = time.GetTimestamp();
        foreach (var gone in _seen.Keys.Except(nodes.Select(n => n.Id), StringComparer.Ordinal).ToList())
        {
            _seen.Remove(gone);
        }

        foreach (var node in nodes)
        {
            if (!_seen.TryGetValue(node.Id, out var last) || last.Beats != node.Beats)
            {
                _seen[node.Id] = (node.Beats, now);
            }
        }

        return [.. nodes.Where(n => time.GetElapsedTime(_seen[n.Id].Since, now) >= Membership.DeadAfter)];
    }
}
