using Slipway.Client;

namespace Slipway.Cli.Tests.Fakes;

/// <summary>Resources as the server sends them.</summary>
internal static class Samples
{
    public static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    public static readonly string[] ProvisionSteps = ["create-server", "await-phone-home", "verify-service"];

    public static AgentResource Draft { get; } = new()
    {
        Id = "agt-1",
        Name = "Rachel",
        Blueprint = "rachel8",
        Status = "draft",
        Wanted = "nothing",
        CreatedAt = Noon,
        UpdatedAt = Noon,
    };

    public static AgentResource Busy { get; } = Draft with { Wanted = "running", Operation = "op-1", Busy = true };

    public static AgentResource Running { get; } = Draft with
    {
        Status = "active",
        Wanted = "running",
        Operation = "op-1",
        UpdatedAt = Noon.AddSeconds(42),
        Machine = new MachineResource
        {
            Name = "slipway-agt-1",
            Status = "running",
            ServerId = 42,
            Location = "fsn1",
            ServerType = "cx23",
            Ipv4 = "203.0.113.7",
            TailscaleIp = "100.64.0.7",
            TailscaleNodeId = "nodeA",
            HostKeyFingerprint = "SHA256:abc",
            StartedAt = Noon.AddSeconds(42),
        },
    };

    public static AgentResource Failed { get; } = Draft with { Status = "error", Wanted = "running", Operation = "op-1", Error = "No capacity." };

    public static OperationResource Provisioning { get; } = new()
    {
        Id = "op-1",
        Plan = "provision",
        Agent = "agt-1",
        Step = "create-server",
        Direction = "forward",
        Status = "running",
        Attempt = 1,
        Steps = ProvisionSteps,
        CreatedAt = Noon,
    };

    public static OperationResource Provisioned { get; } = Provisioning with
    {
        Status = "succeeded",
        Step = "verify-service",
        FinishedAt = Noon.AddSeconds(42),
    };

    public static OperationResource Undone { get; } = Provisioning with
    {
        Status = "undone",
        Direction = "undoing",
        Error = "No location has capacity for cx23; try another server type.",
        FinishedAt = Noon.AddSeconds(5),
    };

    public static OperationExplanation Explanation { get; } = new()
    {
        Operation = "op-1",
        Step = "create-server",
        Since = Noon,
        Sentences = ["'provision' of agt-1 is at step 1 of 3.", "It waits: Hetzner works on server 42."],
    };

    public static AlertResource Stuck { get; } = new()
    {
        Id = "alt-1",
        Severity = "critical",
        Subject = "agt-1",
        What = "What 'destroy' of agt-1 has to remove cannot be removed.",
        WhatToDo = "Remove it by hand.",
        Count = 7,
        FirstAt = Noon,
        LastAt = Noon.AddMinutes(119),
    };

    public static ReconcileReport Reconciled { get; } = new()
    {
        DryRun = false,
        At = Noon,
        Findings =
        [
            new() { Resource = "server", Id = "42", Name = "agt-9", Finding = "unknown", Action = "would be quarantined for 24 h" },
            new() { Resource = "volume", Id = "7", Name = "", Finding = "foreign", Action = "kept: it carries no label of ours" },
            new() { Resource = "machine", Id = "agt-1", Name = "agt-1", Finding = "off,no-firewall", Action = "'repair' would be started" },
        ],
        Unread = [],
    };

    public static TimelineEntry Entry(long sequence, string step, string kind, double second, string? message = null, long? ms = null) => new()
    {
        Sequence = sequence,
        At = Noon.AddSeconds(second),
        Step = step,
        Kind = kind,
        Message = message,
        DurationMs = ms,
    };

    /// <summary>A provisioning that goes well.</summary>
    public static TimelineEntry[] Success { get; } =
    [
        Entry(1, "create-server", "started", 0.2),
        Entry(2, "create-server", "done", 1, ms: 800),
        Entry(3, "await-phone-home", "started", 1),
        Entry(4, "await-phone-home", "waiting", 1.1, "for the machine to report"),
        Entry(5, "await-phone-home", "done", 41, ms: 40_000),
        Entry(6, "verify-service", "started", 41),
        Entry(7, "verify-service", "done", 42, "is-active says active", ms: 1_000),
    ];

    /// <summary>One that fails at once and is taken back.</summary>
    public static TimelineEntry[] Failure { get; } =
    [
        Entry(1, "create-server", "started", 0.2),
        Entry(2, "create-server", "retrying", 1, "429: the project's rate limit is used up"),
        Entry(3, "create-server", "failed", 3, "No location has capacity for cx23."),
        Entry(4, "create-server", "undone", 5, ms: 1_500),
    ];
}
