namespace Slipway.Hetzner;

/// <summary>
/// Where there was no room a moment ago. Many orders at once must not each spend a request to learn the same; after about five minutes the place is
/// asked again, and not by everybody in the same second.
/// </summary>
internal sealed class ShortageMemory(TimeProvider timeProvider, Func<double> random)
{
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(5);

    private readonly Lock _gate = new();
    private readonly Dictionary<(string? Type, string? Location), PlacementTry> _known = [];

    /// <summary>
    /// What is known against each place; nothing against those worth a request. When something is known against all of them, the one refused longest ago
    /// is worth one: an order is never refused without a question.
    /// </summary>
    public IReadOnlyList<(Placement Place, PlacementTry? Known)> Recall(IReadOnlyList<Placement> places)
    {
        List<(Placement Place, PlacementTry? Known)> all = [.. places.Select(p => (p, Recall(p)))];
        if (all.All(p => p.Known is not null))
        {
            var oldest = all.MinBy(p => p.Known!.RetryAt);
            all[all.IndexOf(oldest)] = (oldest.Place, null);
        }

        return all;
    }

    /// <summary>Keeps a refusal. A disabled location is disabled for every type.</summary>
    public PlacementTry Remember(Placement place, HetznerException refusal)
    {
        var outcome = OutcomeOf(refusal, place);
        // From 4½ to 5½ minutes.
        var attempt = new PlacementTry(place, outcome)
        {
            Code = refusal.Code,
            CorrelationId = refusal.CorrelationId,
            RetryAt = timeProvider.GetUtcNow() + (Memory * (0.9 + (random() / 5))),
        };
        lock (_gate)
        {
            _known[(outcome == PlacementOutcome.LocationDisabled ? null : place.ServerType, place.Location)] = attempt;
        }

        return attempt;
    }

    public void Forget(Placement place)
    {
        lock (_gate)
        {
            _known.Remove((place.ServerType, place.Location));
            _known.Remove((null, place.Location));
        }
    }

    private PlacementTry? Recall(Placement place)
    {
        var now = timeProvider.GetUtcNow();
        lock (_gate)
        {
            foreach (var key in (ReadOnlySpan<(string?, string?)>)[(place.ServerType, place.Location), (null, place.Location)])
            {
                if (_known.TryGetValue(key, out var known) && known.RetryAt > now)
                {
                    return known with { Placement = place, FromMemory = true };
                }
            }
        }

        return null;
    }

    private static PlacementOutcome OutcomeOf(HetznerException refusal, Placement place) => refusal switch
    {
        { Code: HetznerErrorCodes.InvalidInput } => PlacementOutcome.Unsupported,
        _ when place.Location is not null && (refusal.Message.Contains("location disabled", StringComparison.OrdinalIgnoreCase)
            || refusal.Message.Contains("provision servers for this location", StringComparison.OrdinalIgnoreCase)) => PlacementOutcome.LocationDisabled,
        _ => PlacementOutcome.SoldOut,
    };
}
