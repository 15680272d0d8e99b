using System.CommandLine;
using Slipway.Cli.Options;
using Slipway.Cli.Output;
using Slipway.Client;

namespace Slipway.Cli.Agents;

internal static class AgentSnapshots
{
    public static Command Create(CommandHost host)
    {
        var id = IdArgument.Create("id", Words.AgentId);
        var delete = new Option<long?>("--delete") { Description = Words.DeleteOption, HelpName = "snapshot" };
        var waiting = new WaitOptions();
        var command = new Command("snapshots", Words.AgentSnapshots) { id, delete };
        waiting.AddTo(command);
        return host.Handle(command, (parse, session, stop) => parse.GetValue(delete) is { } snapshot
            ? DeleteAsync(session, parse.GetRequiredValue(id), snapshot, waiting.Read(parse, byDefault: true), stop)
            : ListAsync(session, parse.GetRequiredValue(id), stop));
    }

    internal static async Task<int> ListAsync(Session session, string id, CancellationToken cancellationToken)
    {
        var snapshots = await session.Client.Agents.SnapshotsAsync(id, cancellationToken);
        session.Write(new SnapshotList(snapshots), json => json.SnapshotList, output => SnapshotText.Write(output, snapshots));
        return ExitCodes.Ok;
    }

    internal static async Task<int> DeleteAsync(Session session, string id, long snapshot, WaitSettings wait, CancellationToken cancellationToken)
    {
        var change = await session.Client.Agents.DeleteSnapshotAsync(id, snapshot, cancellationToken);
        return await AgentChanges.FinishAsync(session, change, wait, lastCounts: false, cancellationToken);
    }
}
