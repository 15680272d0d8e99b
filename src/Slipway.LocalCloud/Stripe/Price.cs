namespace Slipway.LocalCloud.Stripe;

internal sealed record Product(
    string Id, string Object, bool Active, long Created, string? Description, bool Livemode, IReadOnlyDictionary<string, string> Metadata, string Name);

internal sealed record Price(
    string Id, string Object, bool Active, long Created, string Currency, bool Livemode, string? LookupKey, IReadOnlyDictionary<string, string> Metadata,
    string? Nickname, string Product, Recurring? Recurring, string Type, long UnitAmount)
{
    /// <summary>When a period that began then ends.</summary>
    public long PeriodEnd(long start)
    {
        var from = DateTimeOffset.FromUnixTimeSeconds(start);
        var count = Recurring?.IntervalCount ?? 1;
        return (Recurring?.Interval switch
        {
            "day" => from.AddDays(count),
            "week" => from.AddDays(7 * count),
            "year" => from.AddYears(count),
            _ => from.AddMonths(count),
        }).ToUnixTimeSeconds();
    }
}

internal sealed record Recurring(string Interval, int IntervalCount, string UsageType);
