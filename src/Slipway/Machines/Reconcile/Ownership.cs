using System.Globalization;
using Slipway.Operations;

namespace Slipway.Machines.Reconcile;

/// <summary>What a resource is to this control plane.</summary>
internal enum Standing
{
    /// <summary>A row knows it, or it belongs to what a row knows.</summary>
    Known,

    /// <summary>Somebody may be just making or unmaking it.</summary>
    Busy,

    /// <summary>It says that it is ours, and nothing here knows it.</summary>
    Unknown,

    /// <summary>Not ours, or nobody can tell.</summary>
    Kept,

    /// <summary>Neither ours nor worth a word: it goes with the server it is on.</summary>
    Follows,
}

/// <summary>A standing, and why.</summary>
internal sealed record Judgement(Standing Standing, string Why);

/// <summary>The rows a round goes by, as they were around the time the clouds were listed.</summary>
internal sealed record RowView
{
    public required string ControlPlane { get; init; }

    public required IReadOnlyDictionary<string, Machine> Machines { get; init; }

    public required IReadOnlyList<Operation> Unfinished { get; init; }

    /// <summary>Subjects that changed, or may be changing: nothing is concluded about them.</summary>
    public required IReadOnlySet<string> Busy { get; init; }

    /// <summary>The images of snapshots that a row knows.</summary>
    public IReadOnlySet<long> Snapshots { get; init; } = new HashSet<long>();

    private HashSet<long>? _servers;
    private HashSet<string>? _devices;

    public IEnumerable<Machine> Living => Machines.Values.Where(m => m.Status != MachineStatus.Gone);

    public bool KnowsServer(long id) => (_servers ??= [.. Living.Select(m => m.ServerId).OfType<long>()]).Contains(id);

    /// <summary>Whether a living machine has this device, by its id or by the host name of its present attempt.</summary>
    public bool KnowsDevice(string id, string hostname) =>
        (_devices ??= new(Living.SelectMany(m => new[] { m.TailscaleNodeId, m.TailscaleHostname }).OfType<string>(), StringComparer.OrdinalIgnoreCase)) is var known
        && (known.Contains(id) || known.Contains(hostname));

    public bool IsBusy(CloudResource resource) =>
        (resource.Subject is { } subject && Busy.Contains(subject)) || Unfinished.Any(o => o.Id == resource.OperationId);
}

/// <summary>Judges what is ours. Whatever is in doubt is kept.</summary>
internal sealed class Ownership(RowView rows, CloudView clouds, ReconcileOptions options, DateTimeOffset now)
{
    public const string QuarantinedAt = "slipway-quarantined-at";

    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(5);

    private readonly Lazy<HashSet<string>> _ownSubjects = new(() =>
        [.. clouds.Resources.Where(r => r.Labels.GetValueOrDefault(MachineLabels.ControlPlane) == rows.ControlPlane && r.Subject is not null).Select(r => r.Subject!)]);

    /// <param name="resource">What was listed.</param>
    /// <param name="isQuarantined">Whether an earlier round has found it to be ours.</param>
    /// <param name="isOperationOurs">Whether an operation here made it.</param>
    public Judgement Judge(CloudResource resource, bool isQuarantined, bool isOperationOurs)
    {
        if (IsKnown(rows, resource))
        {
            return new Judgement(Standing.Known, "a row knows it");
        }

        if (WhyNotOurs(resource, isQuarantined, isOperationOurs) is { } why)
        {
            return resource is { Server: not null, Labels.Count: 0 } ? new Judgement(Standing.Follows, "it goes with its server") : new Judgement(Standing.Kept, why);
        }

        if (rows.IsBusy(resource))
        {
            return new Judgement(Standing.Busy, "an operation is under way");
        }

        return resource.Created switch
        {
            null => new Judgement(Standing.Kept, "nobody can tell when it was made"),
            { } created when created > now + ClockSkew => new Judgement(Standing.Kept, "it says that it was made in the future"),
            { } created when now - created < options.MinimumAge => new Judgement(Standing.Busy, "it is new"),
            _ when resource.Labels.TryGetValue(QuarantinedAt, out var mark) && ReadMark(mark, now) is null =>
                new Judgement(Standing.Kept, $"its label {QuarantinedAt} is '{mark}', which is no time"),
            _ => new Judgement(Standing.Unknown, "it is ours, and nothing here knows it"),
        };
    }

    /// <summary>Whether a resource at Hetzner still carries our id.</summary>
    public bool IsOurs(CloudResource resource) => !resource.IsAtHetzner || resource.Labels.GetValueOrDefault(MachineLabels.ControlPlane) == rows.ControlPlane;

    /// <summary>A quarantine's time in seconds since 1970; null when it cannot be one (T9: what cannot be read is not old).</summary>
    public static DateTimeOffset? ReadMark(string mark, DateTimeOffset now) =>
        long.TryParse(mark, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds >= 1_500_000_000 && seconds <= (now + ClockSkew).ToUnixTimeSeconds()
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;

    public static bool IsKnown(RowView rows, CloudResource resource) => resource.Kind switch
    {
        ResourceKind.Server => rows.KnowsServer(long.Parse(resource.Id, CultureInfo.InvariantCulture)),
        ResourceKind.Firewall => resource.Name == ControlPlaneFirewall.NameOf(rows.ControlPlane) && (rows.Living.Any() || rows.Unfinished.Count > 0),
        ResourceKind.Device => rows.KnowsDevice(resource.Id, resource.Name),
        ResourceKind.Snapshot => rows.Snapshots.Contains(long.Parse(resource.Id, CultureInfo.InvariantCulture)),
        ResourceKind.AuthKey => false,
        _ => resource.Server is { } server && rows.KnowsServer(server),
    };

    private string? WhyNotOurs(CloudResource resource, bool isQuarantined, bool isOperationOurs) => resource.Kind switch
    {
        // Tailscale has no labels: a device is ours if its host name is one of an agent we know, or of one whose server carries our label.
        ResourceKind.Device => isQuarantined || (resource.Subject is { } subject && (rows.Machines.ContainsKey(subject) || _ownSubjects.Value.Contains(subject)))
            ? null : "it has our tag, but its host name belongs to no agent of ours",
        ResourceKind.AuthKey => isQuarantined || isOperationOurs ? null : "its description names an operation that is not ours",
        _ => resource.Labels.GetValueOrDefault(MachineLabels.ControlPlane) switch
        {
            null => "it carries no label of ours",
            var owner when owner != rows.ControlPlane => $"it belongs to control plane '{owner}'",
            _ => null,
        },
    };
}
