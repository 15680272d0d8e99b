using System.Globalization;
using Slipway.Alerts;
using Slipway.Hetzner;
using Slipway.Storage;
using Slipway.Tailscale;

namespace Slipway.Machines.Reconcile;

/// <summary>What becomes of a resource that is ours and known to nobody: marked and told, kept for the grace, and only then removed and seen gone.</summary>
internal sealed class Quarantine(Clouds clouds, RowReader rows, AlertStore alerts, Database database, ReconcileOptions options)
{
    public static string CauseOf(string kind, string id) => $"quarantine:{kind}:{id}";

    public async Task<Finding> HoldAsync(CloudResource resource, QuarantineRow? row, Round round, CancellationToken cancellationToken)
    {
        var mark = resource.Labels.TryGetValue(Ownership.QuarantinedAt, out var text) ? Ownership.ReadMark(text, round.Now) : null;
        if (row is null || (resource.IsAtHetzner && mark is null))
        {
            return await BeginAsync(resource, mark, round, cancellationToken);
        }

        var until = Latest(row.Since, mark, round.RestoredAt) + options.Grace;
        if (round.Now < until || row.FirstRound >= round.Number)
        {
            if (!round.DryRun)
            {
                await database.WriteAsync(transaction => alerts.RaiseAsync(transaction, Report(resource, until)), cancellationToken);
            }

            return Finding.Of(resource, FindingKind.Unknown, $"in quarantine until {Time(until)}");
        }

        return round.DryRun ? Finding.Of(resource, FindingKind.Unknown, "would be removed") : await RemoveAsync(resource, row, round, cancellationToken);
    }

    /// <summary>A row knows it now, or it is not ours any more: the quarantine is over and leaves no trace.</summary>
    public async Task<Finding> ReleaseAsync(CloudResource resource, QuarantineRow? row, string why, Round round, CancellationToken cancellationToken)
    {
        if (round.DryRun)
        {
            return Finding.Of(resource, FindingKind.Released, $"would be released: {why}");
        }

        if (resource.Labels.ContainsKey(Ownership.QuarantinedAt))
        {
            var labels = resource.Labels.Where(l => l.Key != Ownership.QuarantinedAt).ToDictionary(l => l.Key, l => l.Value, StringComparer.Ordinal);
            if (await TryAsync(() => clouds.LabelAsync(resource, labels, cancellationToken)) is { } error)
            {
                return Finding.Of(resource, FindingKind.Released, $"its label could not be taken away: {error}");
            }
        }

        if (row is not null)
        {
            await ForgetAsync(row, cancellationToken);
        }

        return Finding.Of(resource, FindingKind.Released, why);
    }

    /// <summary>Its provider's whole list does not show it any more.</summary>
    public async Task<Finding> VanishedAsync(QuarantineRow row, Round round, CancellationToken cancellationToken)
    {
        if (!round.DryRun)
        {
            await ForgetAsync(row, cancellationToken);
        }

        return new Finding(row.Kind, row.ResourceId, row.Name, FindingKind.Gone, row.RemovedAt is null ? "somebody else removed it" : "its removal is verified");
    }

    private async Task<Finding> BeginAsync(CloudResource resource, DateTimeOffset? mark, Round round, CancellationToken cancellationToken)
    {
        var until = round.Now + options.Grace;
        if (round.DryRun)
        {
            return Finding.Of(resource, FindingKind.Unknown, string.Create(CultureInfo.InvariantCulture, $"would be quarantined for {options.Grace.TotalHours:0.#} h"));
        }

        // The mark first: what is quarantined can be seen at its provider, whatever becomes of us.
        var error = await TryAsync(() => resource.IsAtHetzner ? MarkAsync(resource, mark, round.Now, cancellationToken) : LookAsync(resource, cancellationToken));
        if (error is not null)
        {
            return Finding.Of(resource, FindingKind.Unknown, $"could not be quarantined: {error}");
        }

        await database.WriteAsync(
            async transaction =>
            {
                var row = new QuarantineRow
                {
                    Kind = CloudResource.CodeOf(resource.Kind),
                    ResourceId = resource.Id,
                    Name = resource.Name,
                    Since = round.Now,
                    FirstRound = round.Number,
                };
                await ReconcileStore.PutQuarantinedAsync(transaction, row);
                await alerts.RaiseAsync(transaction, Report(resource, until));
            },
            cancellationToken);
        return Finding.Of(resource, FindingKind.Unknown, $"quarantined until {Time(until)}");
    }

    private async Task<Finding> RemoveAsync(CloudResource resource, QuarantineRow row, Round round, CancellationToken cancellationToken)
    {
        // Everything is asked once more: the list is seconds old, and a removal cannot be taken back.
        if (await rows.IsClaimedAsync(resource, cancellationToken))
        {
            return Finding.Of(resource, FindingKind.Unknown, "kept: something here has just come to know it");
        }

        var gone = false;
        var changed = false;
        var error = await TryAsync(async () =>
        {
            var fresh = await clouds.FindAsync(resource, cancellationToken);
            changed = fresh is not null && !SameLabels(fresh, resource);
            gone = fresh is null;
            if (gone || changed)
            {
                return;
            }

            await clouds.DeleteAsync(resource, cancellationToken);
            gone = await clouds.FindAsync(resource, cancellationToken) is null;
        });
        if (gone)
        {
            await ForgetAsync(row, cancellationToken);
            return Finding.Of(resource, FindingKind.Unknown, "removed, and seen gone");
        }

        var action = error is not null ? $"cannot be removed: {error}" : changed ? "kept: its labels have just changed" : "removed; the next round verifies it";
        await database.WriteAsync(
            async transaction =>
            {
                await (error is null && !changed ? ReconcileStore.SetRemovedAsync(transaction, row, round.Now) : Task.CompletedTask);
                await alerts.RaiseAsync(transaction, Report(resource, round.Now, error));
            },
            cancellationToken);
        return Finding.Of(resource, FindingKind.Unknown, action);
    }

    private Task ForgetAsync(QuarantineRow row, CancellationToken cancellationToken) => database.WriteAsync(
        async transaction =>
        {
            await ReconcileStore.DeleteQuarantinedAsync(transaction, row);
            await alerts.ResolveAsync(transaction, CauseOf(row.Kind, row.ResourceId));
        },
        cancellationToken);

    private Task MarkAsync(CloudResource resource, DateTimeOffset? mark, DateTimeOffset now, CancellationToken cancellationToken) => mark is not null
        ? Task.CompletedTask
        : clouds.LabelAsync(
            resource,
            new Dictionary<string, string>(resource.Labels, StringComparer.Ordinal)
            {
                [Ownership.QuarantinedAt] = now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
            },
            cancellationToken);

    private async Task LookAsync(CloudResource resource, CancellationToken cancellationToken)
    {
        if (await clouds.FindAsync(resource, cancellationToken) is null)
        {
            throw new InvalidOperationException("it is gone already");
        }
    }

    private static AlertReport Report(CloudResource resource, DateTimeOffset until, string? error = null) => new(
        CauseOf(CloudResource.CodeOf(resource.Kind), resource.Id),
        AlertSeverity.Warning,
        resource.Subject ?? resource.Name,
        $"The {resource.Title} carries this control plane's mark and no row here knows it."
            + (error is null ? $" It is in quarantine, and removed after {Time(until)}." : $" It cannot be removed: {error}"),
        resource.IsAtHetzner
            ? $"It may cost money. If it is to go, do nothing: it is removed by itself. If it is to stay, take its label '{MachineLabels.ControlPlane}' away at Hetzner."
            : "If it is to go, do nothing: it is removed by itself. If it is to stay, give it another tag in Tailscale's console.");

    private static bool SameLabels(CloudResource one, CloudResource other) =>
        one.Labels.Count == other.Labels.Count && one.Labels.All(l => other.Labels.GetValueOrDefault(l.Key) == l.Value);

    private static DateTimeOffset Latest(DateTimeOffset since, DateTimeOffset? mark, DateTimeOffset? restored) =>
        new[] { since, mark ?? since, restored ?? since }.Max();

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static async Task<string?> TryAsync(Func<Task> ask)
    {
        try
        {
            await ask();
            return null;
        }
        catch (Exception e) when (e is HetznerException or TailscaleException or HttpRequestException or InvalidOperationException)
        {
            return e.Message;
        }
    }
}
