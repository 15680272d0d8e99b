using System.Globalization;
using Slipway.Alerts;
using Slipway.Blueprints;
using Slipway.Operations;
using Slipway.Storage;

namespace Slipway.Machines.Reconcile;

/// <summary>Mends a machine that two rounds saw to be other than its row says, by an ordinary operation.</summary>
internal sealed class DriftRepair(
    Clouds clouds, OperationDispatcher dispatcher, OperationStore operations, BlueprintStore blueprints, AlertStore alerts, Database database, ReconcileOptions options)
{
    /// <summary>Seen for so long, it is no ordinary reboot.</summary>
    private static readonly TimeSpan Lasting = TimeSpan.FromMinutes(1);

    /// <summary>What no operation mends by itself.</summary>
    private static readonly string[] NotMended = [FindingKind.On, FindingKind.NoDevice];

    /// <summary>What the agent is down by, or is taken down to mend.</summary>
    private static readonly string[] Interrupting = [FindingKind.Off, FindingKind.NotStarted, FindingKind.WrongType];

    /// <summary>What a restored database may simply not have heard of.</summary>
    private static readonly string[] HeldAfterRestore = [FindingKind.HostGone, FindingKind.Off, FindingKind.NotStarted];

    public static string CauseOf(string subject) => $"drift:{subject}";

    /// <summary>The machine is as its row says, or no more: what was noted of it is over.</summary>
    public Task EndAsync(DriftRow row, CancellationToken cancellationToken) => database.WriteAsync(
        async transaction =>
        {
            await ReconcileStore.DeleteDriftAsync(transaction, row.Subject);
            await alerts.ResolveAsync(transaction, CauseOf(row.Subject));
        },
        cancellationToken);

    /// <param name="machine">As its row says.</param>
    /// <param name="kinds">How it differs.</param>
    /// <param name="row">What earlier rounds saw.</param>
    /// <param name="manyGone">Whether most machines are gone at once, which says more about us than about them.</param>
    /// <param name="round">The round.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<Finding> HandleAsync(Machine machine, IReadOnlyList<string> kinds, DriftRow? row, bool manyGone, Round round, CancellationToken cancellationToken)
    {
        var what = string.Join(',', kinds);
        if (row is null || row.Kinds != what || row.FirstRound >= round.Number || round.Now - row.Since < Lasting)
        {
            if (!round.DryRun && (row is null || row.Kinds != what))
            {
                var seen = (row ?? new DriftRow { Subject = machine.Subject, Kinds = what }) with { Kinds = what, Since = round.Now, FirstRound = round.Number };
                await database.WriteAsync(transaction => ReconcileStore.PutDriftAsync(transaction, seen), cancellationToken);
            }

            return Finding.Of(machine, what, "seen for the first time; nothing is done before a later round sees it too");
        }

        if (await WhyNotAsync(machine, kinds, row, manyGone, round, cancellationToken) is { } why)
        {
            if (!round.DryRun)
            {
                await database.WriteAsync(transaction => alerts.RaiseAsync(transaction, Report(machine, kinds, why)), cancellationToken);
            }

            return Finding.Of(machine, what, why);
        }

        var plan = kinds.Contains(FindingKind.HostGone) ? MachinePlans.Replace : MachinePlans.Repair;
        return round.DryRun ? Finding.Of(machine, what, $"'{plan}' would be started") : await BeginAsync(machine, kinds, row, plan, round, cancellationToken);
    }

    private async Task<string?> WhyNotAsync(
        Machine machine, IReadOnlyList<string> kinds, DriftRow row, bool manyGone, Round round, CancellationToken cancellationToken)
    {
        if (kinds.All(NotMended.Contains))
        {
            return "kept: nothing here mends that";
        }

        var accepted = round.Request.AcceptMissing;
        if (!accepted && round.RestoredAt is { } restored && round.Now < restored + options.Grace && kinds.Any(HeldAfterRestore.Contains))
        {
            return $"held until {Time(restored + options.Grace)}: the database was restored, and may not know what happened since";
        }

        if (!accepted && manyGone && kinds.Contains(FindingKind.HostGone))
        {
            return "held: most servers are gone at once, as with a token of another project";
        }

        if (row.RepairedAt is { } last && round.Now < last + options.RepairPause)
        {
            var ended = row.OperationId is null ? null : await operations.FindAsync(row.OperationId, cancellationToken);
            return $"{row.OperationId} did not mend it; tried again after {Time(last + options.RepairPause)}. {ended?.Error}".TrimEnd();
        }

        // The list is pages read one after another; this is the server itself.
        return kinds.Contains(FindingKind.HostGone) && await clouds.FindServerAsync(machine.ServerId!.Value, cancellationToken) is not null
            ? "kept: it is there after all"
            : null;
    }

    private async Task<Finding> BeginAsync(Machine machine, IReadOnlyList<string> kinds, DriftRow row, string plan, Round round, CancellationToken cancellationToken)
    {
        var why = $"{Describe(machine, kinds)} Seen since {Time(row.Since)}.";
        var order = plan == MachinePlans.Replace ? await OrderAsync(machine, why, cancellationToken) : null;
        var started = await database.WriteAsync(
            async transaction =>
            {
                var operation = order is not null
                    ? await dispatcher.StartAsync(transaction, plan, machine.Subject, order, BlueprintJson.Default.MachineOrder)
                    : await dispatcher.StartAsync(
                        transaction, plan, machine.Subject, RepairOf(machine, kinds, why), MachineJson.Default.RepairOrder);
                if (operation is null)
                {
                    return null;
                }

                await ReconcileStore.PutDriftAsync(transaction, row with { OperationId = operation, RepairedAt = round.Now });
                if (order is not null)
                {
                    await alerts.RaiseAsync(transaction, Report(machine, kinds, $"{operation} makes a new one"));
                }

                return operation;
            },
            cancellationToken);
        return Finding.Of(machine, row.Kinds, started is null ? "left alone: an operation is under way" : $"'{plan}' is started: {started}");
    }

    /// <summary>The order the machine was made by, or, if that is forgotten, one like it.</summary>
    private async Task<MachineOrder> OrderAsync(Machine machine, string why, CancellationToken cancellationToken)
    {
        var made = await operations.FindAsync(machine.OperationId, cancellationToken);
        var order = made is null ? null : MachineState.OrderOf(made.State);
        return (order ?? new MachineOrder
        {
            BlueprintDigest = machine.BlueprintDigest,
            BlueprintName = (await blueprints.GetAsync(machine.BlueprintDigest, cancellationToken)).Name,
        })
        with
        {
            // It may have been updated since it was ordered.
            BlueprintDigest = machine.BlueprintDigest,
            Why = why,
        };
    }

    private static RepairOrder RepairOf(Machine machine, IReadOnlyList<string> kinds, string why) =>
        new() { Why = why, ShouldRun = machine.Status != MachineStatus.Stopped, Interrupts = kinds.Any(Interrupting.Contains) };

    private static AlertReport Report(Machine machine, IReadOnlyList<string> kinds, string action) => new(
        CauseOf(machine.Subject),
        kinds.Contains(FindingKind.HostGone) ? AlertSeverity.Critical : AlertSeverity.Warning,
        machine.Subject,
        $"{Describe(machine, kinds)} {char.ToUpperInvariant(action[0])}{action[1..]}.",
        kinds.Contains(FindingKind.HostGone)
            ? "What was on its disk is lost unless Hetzner has a backup of it. If the customer has left since, destroy the agent; if all is right, 'slipway reconcile --accept-missing' has it made anew at once."
            : "Look at the server in Hetzner's console and at 'slipway agent show'. It is over as soon as a round sees the machine as its row says.");

    private static string Describe(Machine machine, IReadOnlyList<string> kinds) => string.Join(' ', kinds.Select(kind => kind switch
    {
        FindingKind.HostGone => $"Server {machine.ServerId} of '{machine.Name}' is gone at Hetzner.",
        FindingKind.Off => $"Server {machine.ServerId} of '{machine.Name}' is off, and should be on.",
        FindingKind.On => $"Server {machine.ServerId} of '{machine.Name}' is on, and was stopped.",
        FindingKind.WrongType => $"Server {machine.ServerId} of '{machine.Name}' is no '{machine.ServerType}' any more.",
        FindingKind.NoFirewall => $"Server {machine.ServerId} of '{machine.Name}' is without our firewall.",
        FindingKind.NotStarted => $"'{machine.Name}' was being started, and nothing goes on with it.",
        _ => $"The Tailscale device {machine.TailscaleNodeId} of '{machine.Name}' is gone.",
    }));

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
