namespace Slipway.Simulations;

/// <summary>Sees to it that a wake-up that came while a step ran is not slept over (T17).</summary>
internal sealed class NapWatch(World world)
{
    private readonly Dictionary<string, (long Epoch, long Wakes)> _claimed = new(StringComparer.Ordinal);

    /// <summary>Looks at the rows; call it between any two commits.</summary>
    public string? Look()
    {
        foreach (var row in world.Query<(string Id, long Epoch, long Wakes, long? Due, long? Lease)>(
            "SELECT id, epoch, wakes, due_at, lease_until FROM operations WHERE result IS NULL"))
        {
            if (row.Lease is not null)
            {
                if (!_claimed.TryGetValue(row.Id, out var known) || known.Epoch != row.Epoch)
                {
                    _claimed[row.Id] = (row.Epoch, row.Wakes);
                }
            }
            else if (_claimed.Remove(row.Id, out var claim) && claim.Epoch == row.Epoch && row.Wakes > claim.Wakes && row.Due > world.Clock.Now.ToUnixTimeMilliseconds())
            {
                return $"{row.Id} slept over a wake-up";
            }
        }

        return null;
    }
}
