using System.CommandLine;
using Slipway.Cli.Options;

namespace Slipway.Cli.Agents;

internal static class AgentStart
{
    public static Command Create(CommandHost host)
    {
        var id = IdArgument.Create("id", Words.AgentId);
        var waiting = new WaitOptions();
        var command = new Command("start", Words.AgentStart) { id };
        waiting.AddTo(command);
        return host.Handle(command, (parse, session, stop) => RunAsync(
            session, parse.GetRequiredValue(id), waiting.Read(parse, byDefault: true), stop));
    }

    internal static async Task<int> RunAsync(Session session, string id, WaitSettings wait, CancellationToken cancellationToken)
    {
        var change = await session.Client.Agents.StartAsync(id, cancellationToken);
        return await AgentChanges.FinishAsync(session, change, wait, lastCounts: false, cancellationToken);
    }
}
