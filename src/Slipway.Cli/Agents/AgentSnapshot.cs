using System.CommandLine;
using Slipway.Cli.Options;
using Slipway.Client;

namespace Slipway.Cli.Agents;

internal static class AgentSnapshot
{
    public static Command Create(CommandHost host)
    {
        var id = IdArgument.Create("id", Words.AgentId);
        var description = new Option<string>("--description") { Description = Words.DescriptionOption, HelpName = "text" };
        var keep = new Option<bool>("--keep") { Description = Words.KeepOption };
        var waiting = new WaitOptions();
        var command = new Command("snapshot", Words.AgentSnapshot) { id, description, keep };
        waiting.AddTo(command);
        return host.Handle(command, (parse, session, stop) => RunAsync(
            session,
            parse.GetRequiredValue(id),
            new TakeSnapshotRequest { Description = parse.GetValue(description), Keep = parse.GetValue(keep) },
            waiting.Read(parse, byDefault: true),
            stop));
    }

    internal static async Task<int> RunAsync(Session session, string id, TakeSnapshotRequest request, WaitSettings wait, CancellationToken cancellationToken)
    {
        var change = await session.Client.Agents.TakeSnapshotAsync(id, request, cancellationToken);
        return await AgentChanges.FinishAsync(session, change, wait, lastCounts: false, cancellationToken);
    }
}
