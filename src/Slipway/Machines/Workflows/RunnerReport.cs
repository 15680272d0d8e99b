using Slipway.Secrets;

namespace Slipway.Machines.Workflows;

/// <summary>What a run says, signed: which job, which run, when, and what happened.</summary>
public sealed record RunnerReport(string Status, string JobId, long RunId, string Delivery, DateTimeOffset SentAt)
{
    /// <summary>GitHub's token for the run, if it asked for one; who has it may speak for the run for minutes.</summary>
    public Secret? IdToken { get; init; }

    public string? AuthKeyId { get; init; }

    public Secret? AuthKey { get; init; }

    public long? ServerId { get; init; }

    public string? FailedStep { get; init; }

    public string? Error { get; init; }
}

/// <summary>What became of a report.</summary>
public enum RunnerReportOutcome
{
    Taken,

    /// <summary>No job waits for that: it does not exist, is another run's, or is over. Which of these is nobody's business.</summary>
    NotExpected,

    /// <summary>The same report was heard before.</summary>
    Replayed,

    /// <summary>Signed too long ago, or in the future.</summary>
    Stale,
}

/// <summary>What the run is told of its job, after it has claimed it.</summary>
public sealed record RunnerJob(string Id, string Subject, string Region, RunnerTailnet? Tailnet);

/// <summary>The auth key the run is to make, and the host name that will join with it.</summary>
public sealed record RunnerTailnet(string Hostname, string Tag, bool Ephemeral, string KeyDescription);

/// <summary>The server the run is to create.</summary>
public sealed record RunnerServer
{
    public required string Name { get; init; }

    public required string ServerType { get; init; }

    public required string Image { get; init; }

    public required IReadOnlyList<string> Locations { get; init; }

    public required IReadOnlyDictionary<string, string> Labels { get; init; }

    public required IReadOnlyList<long> Firewalls { get; init; }

    public required string UserData { get; init; }

    public override string ToString() => $"RunnerServer {{ Name = {Name}, UserData = {UserData.Length} characters }}";
}
