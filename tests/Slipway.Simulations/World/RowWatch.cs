namespace Slipway.Simulations;

/// <summary>Looks at the engine's rows as they change: a wake-up that came while a step ran is not slept over (T17), and no agent has two operations at once (T4).</summary>
internal sealed class RowWatch(World world)
{
    private readonly Dictionary<string, (long Epoch, long Wakes)> _claimed = new(StringComparer.Ordinal);

    /// <summary>Looks at the rows; call it between any two commits.</summary>
    public string? Look()
    {
        var subjects = new HashSet<string>(StringComparer.Ordinal);
        foreach (var row in world.Query<(string Id, string Subject, long Epoch, long Wakes, long? Due, long? Lease)>(
            "SELECT id, subject, epoch, wakes, due_at, lease_until FROM operations WHERE result IS NULL"))
        {
            if (!subjects.Add(row.Subject))
            {
                return $"{row.Subject} has several operations at once";
            }

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
