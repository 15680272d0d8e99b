namespace Slipway.Benchmarks.Recovery;

/// <summary>Where an operation is, read from its row and its timeline.</summary>
public sealed record OperationMark
{
    public required string Id { get; init; }

    public long Epoch { get; init; }

    public string? LeaseBy { get; init; }

    public long? LeaseUntil { get; init; }

    public long? DueAt { get; init; }

    public string? Result { get; init; }

    /// <summary>When its timeline was last written.</summary>
    public long? ToldAt { get; init; }
}

/// <summary>The operations a kill left in the air: those the dead process had in hand, and those that were due and in nobody's.</summary>
public sealed class Interrupted
{
    public const string Query =
        """
        SELECT o.id, o.epoch, o.lease_by, o.lease_until, o.due_at, o.result, (SELECT MAX(t.at) FROM timeline t WHERE t.operation_id = o.id) AS told_at
        FROM operations o
        """;

    private readonly Dictionary<string, long> _claimedAgainAt;
    private readonly long _deadAt;

    /// <param name="marks">All operations, read when the process was dead.</param>
    /// <param name="dead">The name rows carry of it.</param>
    /// <param name="deadAt">When that was, in milliseconds since 1970.</param>
    /// <param name="isBuried">
    /// Whether others note its end in the rows, which raises the epoch of all it carried. For a wait that is progress: what it is for is in rows too, so
    /// that from then on a living server watches it. For a step it is none.
    /// </param>
    public Interrupted(IReadOnlyList<OperationMark> marks, string dead, long deadAt, bool isBuried)
    {
        _deadAt = deadAt;
        var open = marks.Where(m => m.Result is null).ToList();
        InFlight = open.Count;
        InStep = open.Count(m => m.LeaseBy == dead && m.LeaseUntil is not null);
        Held = open.Count(m => m.LeaseBy == dead && m.LeaseUntil is null);
        NotBegun = open.Count(m => m.LeaseBy is null && m.DueAt <= deadAt);
        _claimedAgainAt = open.Where(m => m.LeaseBy == dead || (m.LeaseBy is null && m.DueAt <= deadAt))
            .ToDictionary(m => m.Id, m => m.Epoch + (isBuried && m.LeaseBy == dead && m.LeaseUntil is not null ? 2 : 1), StringComparer.Ordinal);
    }

    public int InFlight { get; }

    /// <summary>It ran a step of them.</summary>
    public int InStep { get; }

    /// <summary>It held their wait in memory.</summary>
    public int Held { get; }

    public int NotBegun { get; }

    /// <summary>
    /// Whether each has progressed again: a line of its timeline is newer than the kill, or a living process took it, ran its step to an end and
    /// found that there still is something to wait for. Among several servers a wait has progressed when a living one has it.
    /// </summary>
    public bool HaveProgressed(IEnumerable<OperationMark> marks) => marks.Where(m => _claimedAgainAt.ContainsKey(m.Id)).All(m =>
        m.Result is not null || m.ToldAt > _deadAt || (m.LeaseUntil is null && m.Epoch >= _claimedAgainAt[m.Id]));
}
