using System.Globalization;
using Slipway.Alerts;
using Slipway.Operations;
using Slipway.Storage;
using Slipway.Storage.Backups;

namespace Slipway.Machines.Reconcile;

/// <summary>
/// One comparison of the clouds with the rows, both ways: what is ours and known to nobody goes into quarantine, and a machine that is not as its row says is mended.
/// Whatever is in doubt is kept.
/// </summary>
public sealed class ReconcileRound
{
    private readonly ReconcileStore _store;
    private readonly Clouds _clouds;
    private readonly RowReader _rows;
    private readonly Quarantine _quarantine;
    private readonly DriftRepair _repair;
    private readonly AlertStore _alerts;
    private readonly Settings _settings;
    private readonly Database _database;
    private readonly ReconcileOptions _options;
    private readonly TimeProvider _time;
    private readonly PlanCatalog _plans;

    internal ReconcileRound(
        ReconcileStore store, Clouds clouds, RowReader rows, Quarantine quarantine, DriftRepair repair, AlertStore alerts, Settings settings, Database database,
        ReconcileOptions options, TimeProvider time, PlanCatalog plans) =>
        (_store, _clouds, _rows, _quarantine, _repair, _alerts, _settings, _database, _options, _time, _plans) =
        (store, clouds, rows, quarantine, repair, alerts, settings, database, options, time, plans);

    /// <summary>Runs a round.</summary>
    /// <param name="request">How.</param>
    /// <param name="cancellationToken">Stops it; what was done so far stands.</param>
    /// <returns>Null when another server is at it, or, unless it is asked for, none is due.</returns>
    public async Task<RoundReport?> RunAsync(RoundRequest request, CancellationToken cancellationToken = default)
    {
        if (request.DryRun)
        {
            return await RunAsync(request, await _store.NextRoundAsync(cancellationToken), cancellationToken);
        }

        // A tenth early, so that the timers of several servers do not skip a round between them.
        if (await _store.ClaimAsync(request.OnDemand, _options.Every * 0.9, cancellationToken) is not { } number)
        {
            return null;
        }

        using var limit = new CancellationTokenSource(ReconcileStore.Claim / 2, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            if (request.AcceptMissing)
            {
                await _database.WriteAsync(transaction => RestoreMark.AcceptAsync(transaction, _time.GetUtcNow()), either.Token);
            }

            return await RunAsync(request, number, either.Token);
        }
        finally
        {
            await _store.ReleaseAsync(number);
        }
    }

    private async Task<RoundReport> RunAsync(RoundRequest request, long number, CancellationToken cancellationToken)
    {
        var round = new Round(number, _time.GetUtcNow(), request, await RestoreMark.FindAsync(_settings, cancellationToken));
        var before = await _rows.ReadAsync(before: null, cancellationToken);
        var clouds = await _clouds.ReadAsync(cancellationToken);
        var rows = await _rows.ReadAsync(before, cancellationToken);
        var findings = new List<Finding>();
        findings.AddRange(await LookAtCloudsAsync(clouds, rows, round, cancellationToken));
        findings.AddRange(await LookAtMachinesAsync(clouds, rows, round, cancellationToken));
        findings.AddRange(await LookAtOperationsAsync(rows, round, cancellationToken));
        return new RoundReport(round.Now, findings, clouds.Unread);
    }

    private async Task<List<Finding>> LookAtCloudsAsync(CloudView clouds, RowView rows, Round round, CancellationToken cancellationToken)
    {
        var findings = new List<Finding>();
        var quarantined = (await _store.ListQuarantinedAsync(cancellationToken)).ToDictionary(r => (r.Kind, r.ResourceId));
        var ownership = new Ownership(rows, clouds, _options, round.Now);
        foreach (var resource in clouds.Resources.OrderBy(r => r.Kind))
        {
            quarantined.Remove((CloudResource.CodeOf(resource.Kind), resource.Id), out var row);
            var judgement = ownership.Judge(resource, row is not null, await _rows.MadeAsync(resource, cancellationToken));
            var isLeft = row is not null || resource.Labels.ContainsKey(Ownership.QuarantinedAt);
            switch (judgement.Standing)
            {
                case Standing.Unknown:
                    findings.Add(await _quarantine.HoldAsync(resource, row, round, cancellationToken));
                    break;
                case Standing.Known when isLeft:
                    findings.Add(await _quarantine.ReleaseAsync(resource, row, judgement.Why, round, cancellationToken));
                    break;
                case Standing.Kept when row is not null && !ownership.IsOurs(resource):
                    findings.Add(await _quarantine.ReleaseAsync(resource, row, judgement.Why, round, cancellationToken));
                    break;
                case Standing.Kept:
                    findings.Add(Finding.Of(resource, FindingKind.Foreign, $"kept: {judgement.Why}"));
                    break;
            }
        }

        foreach (var row in quarantined.Values.Where(r => clouds.Read.Any(kind => CloudResource.CodeOf(kind) == r.Kind)))
        {
            findings.Add(await _quarantine.VanishedAsync(row, round, cancellationToken));
        }

        return findings;
    }

    private async Task<List<Finding>> LookAtMachinesAsync(CloudView clouds, RowView rows, Round round, CancellationToken cancellationToken)
    {
        var findings = new List<Finding>();
        var noted = (await _store.ListDriftsAsync(cancellationToken)).ToDictionary(d => d.Subject, StringComparer.Ordinal);
        var firewall = Drift.FirewallOf(clouds, rows);
        var seen = rows.Living.Select(m => (Machine: m, Kinds: Drift.Find(m, clouds, rows, firewall))).Where(m => m.Kinds is not null).ToList();
        var gone = seen.Count(m => m.Kinds!.Contains(FindingKind.HostGone));
        foreach (var (machine, kinds) in seen.OrderBy(m => m.Machine.Subject, StringComparer.Ordinal))
        {
            noted.Remove(machine.Subject, out var row);
            if (kinds!.Count > 0)
            {
                findings.Add(await _repair.HandleAsync(machine, kinds, row, gone >= 2 && gone * 2 > seen.Count, round, cancellationToken));
            }
            else if (row is not null && !round.DryRun)
            {
                await _repair.EndAsync(row, cancellationToken);
            }
        }

        foreach (var row in noted.Values.Where(r => !round.DryRun && rows.Machines.GetValueOrDefault(r.Subject)?.Status is null or MachineStatus.Gone))
        {
            await _repair.EndAsync(row, cancellationToken);
        }

        return findings;
    }

    /// <summary>O6: what is under way and does not get on.</summary>
    private async Task<List<Finding>> LookAtOperationsAsync(RowView rows, Round round, CancellationToken cancellationToken)
    {
        const string Prefix = "no-progress:";
        var slow = rows.Unfinished.Where(o => round.Now - o.StepStartedAt >= _options.ProgressLimit && !_plans.Get(o.Plan).WaitsForOthers).OrderBy(o => o.StepStartedAt).ToList();
        if (!round.DryRun)
        {
            var open = (await _alerts.ListAsync(all: false, limit: 10_000, cancellationToken)).Where(a => a.Cause.StartsWith(Prefix, StringComparison.Ordinal)).ToList();
            await _database.WriteAsync(
                async transaction =>
                {
                    // What cannot be taken away has an alert of its own, which says more.
                    foreach (var operation in slow.Where(o => o.Direction == Direction.Forward))
                    {
                        await _alerts.RaiseAsync(transaction, Report(Prefix, operation));
                    }

                    foreach (var alert in open.Where(a => slow.All(o => Prefix + o.Id != a.Cause)))
                    {
                        await _alerts.ResolveAsync(transaction, alert.Cause);
                    }
                },
                cancellationToken);
        }

        return [.. slow.Select(o => new Finding("operation", o.Id, o.Subject, FindingKind.NoProgress, $"'{o.Plan}' is at '{o.Step}' since {Time(o.StepStartedAt)}: {o.WaitingFor ?? o.Error ?? "no word of why"}"))];
    }

    private static AlertReport Report(string prefix, Operation operation) => new(
        prefix + operation.Id,
        AlertSeverity.Warning,
        operation.Subject,
        $"'{operation.Plan}' of {operation.Subject} is at step '{operation.Step}' since {Time(operation.StepStartedAt)}. {operation.WaitingFor ?? operation.Error}".TrimEnd(),
        $"'slipway operation explain {operation.Id}' says what it waits for and when it gives up. It is over when the operation gets on.");

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
