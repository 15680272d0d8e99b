namespace Slipway.Operations;

/// <summary>The engine's limits. They nest: a request inside an SSH command inside a step, and a step inside both the lease and the shutdown.</summary>
public sealed class OperationsOptions
{
    /// <summary>One HTTP request to the outside.</summary>
    public static readonly TimeSpan HttpTimeLimit = TimeSpan.FromSeconds(30);

    /// <summary>One SSH command.</summary>
    public static readonly TimeSpan SshTimeLimit = TimeSpan.FromSeconds(60);

    /// <summary>One run of a step.</summary>
    public static readonly TimeSpan StepTimeLimit = TimeSpan.FromSeconds(90);

    /// <summary>After this long without a word, a step may be taken over by another node.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(120);

    /// <summary>How long a stopping server waits for steps that run.</summary>
    public static readonly TimeSpan Drain = TimeSpan.FromSeconds(100);

    /// <summary>Waits up to this long are held in memory; longer ones go back to the clock.</summary>
    public TimeSpan HoldFor { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The pause after a first failed try; doubled for each further one.</summary>
    public TimeSpan RetryBase { get; set; } = TimeSpan.FromSeconds(1);

    public TimeSpan RetryCap { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often the table is looked through for what fell through every other net.</summary>
    public TimeSpan SweepEvery { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How many operations may be in flight in this process, waits included.</summary>
    public int MaxInFlight { get; set; } = 10_000;
}
