namespace Slipway.Machines.Reconcile;

/// <summary>One thing a round found, and what it did about it.</summary>
/// <param name="Resource">Its kind: <c>server</c>, <c>machine</c>, <c>operation</c>…</param>
/// <param name="Id">Its id where it is; of a machine, the agent's.</param>
/// <param name="Name">Its name there.</param>
/// <param name="What">One of <see cref="FindingKind"/>.</param>
/// <param name="Action">What was done, or would be, in words.</param>
public sealed record Finding(string Resource, string Id, string Name, string What, string Action)
{
    internal static Finding Of(CloudResource resource, string what, string action) =>
        new(CloudResource.CodeOf(resource.Kind), resource.Id, resource.Name, what, action);

    internal static Finding Of(Machine machine, string what, string action) => new("machine", machine.Subject, machine.Name, what, action);
}

/// <summary>What can be found.</summary>
public static class FindingKind
{
    /// <summary>Ours, and no row knows it.</summary>
    public const string Unknown = "unknown";

    /// <summary>Not ours, or nobody can tell; never touched.</summary>
    public const string Foreign = "foreign";

    /// <summary>It was in quarantine and a row knows it now, or it is not ours any more.</summary>
    public const string Released = "released";

    /// <summary>It was in quarantine and its provider does not show it any more.</summary>
    public const string Gone = "gone";

    public const string HostGone = "host-gone";

    public const string Off = "off";

    /// <summary>On though its row says stopped; kept.</summary>
    public const string On = "on";

    public const string WrongType = "wrong-type";

    public const string NoFirewall = "no-firewall";

    public const string NoDevice = "no-device";

    /// <summary>A start of it did not come to its end.</summary>
    public const string NotStarted = "not-started";

    /// <summary>An operation that is at one step for too long.</summary>
    public const string NoProgress = "no-progress";
}

/// <summary>What is asked of a round.</summary>
/// <param name="DryRun">Looks only.</param>
/// <param name="AcceptMissing">Somebody says that what is missing is really gone, also after a restore and when it is most of all.</param>
/// <param name="OnDemand">Now, not when the next is due.</param>
public sealed record RoundRequest(bool DryRun = false, bool AcceptMissing = false, bool OnDemand = true);

/// <summary>What a round came to.</summary>
/// <param name="At">When it began.</param>
/// <param name="Findings">What is not as it should be, and what is not ours.</param>
/// <param name="Unread">What could not be listed, and why: nothing was concluded about it.</param>
public sealed record RoundReport(DateTimeOffset At, IReadOnlyList<Finding> Findings, IReadOnlyList<string> Unread);

/// <summary>What holds for a whole round.</summary>
internal sealed record Round(long Number, DateTimeOffset Now, RoundRequest Request, DateTimeOffset? RestoredAt)
{
    public bool DryRun => Request.DryRun;
}
