using System.CommandLine;
using Slipway.Cli.Output;

namespace Slipway.Cli.Reconcile;

internal static class ReconcileCommand
{
    private const string Foreign = "foreign";

    public static Command Create(CommandHost host)
    {
        var dryRun = new Option<bool>("--dry-run") { Description = Words.DryRunOption };
        var acceptMissing = new Option<bool>("--accept-missing") { Description = Words.AcceptMissingOption };
        var command = new Command("reconcile", Words.Reconcile) { dryRun, acceptMissing };
        return host.Handle(command, (parse, session, stop) => RunAsync(session, parse.GetValue(dryRun), parse.GetValue(acceptMissing), stop));
    }

    internal static async Task<int> RunAsync(Session session, bool dryRun, bool acceptMissing, CancellationToken cancellationToken)
    {
        var report = await session.Client.Reconcile.RunAsync(dryRun, acceptMissing, cancellationToken);
        session.Write(report, json => json.ReconcileReport, output => Columns.Write(
            output,
            ["RESOURCE", "ID", "NAME", "FINDING", dryRun ? "WOULD BE DONE" : "WHAT WAS DONE"],
            report.Findings.Select(f => new[] { f.Resource, f.Id, f.Name, f.Finding, f.Action })));
        foreach (var unread in report.Unread)
        {
            session.Complain(Words.Unlisted(unread));
        }

        session.Say(Words.Reconciled(report.Findings.Count(f => f.Finding != Foreign), report.Findings.Count(f => f.Finding == Foreign)));
        return report.Unread.Count == 0 ? ExitCodes.Ok : ExitCodes.Error;
    }
}
