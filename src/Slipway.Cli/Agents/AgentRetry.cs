using System.CommandLine;
using Slipway.Cli.Options;

namespace Slipway.Cli.Agents;

internal static class AgentRetry
{
    public static Command Create(CommandHost host)
    {
        var id = IdArgument.Create("id", Words.AgentId);
        var waiting = new WaitOptions();
        var command = new Command("retry", Words.AgentRetry) { id };
        waiting.AddTo(command);
        return host.Handle(command, (parse, session, stop) => RunAsync(
            session, parse.GetRequiredValue(id), waiting.Read(parse, byDefault: true), stop));
    }

    internal static async Task<int> RunAsync(Session session, string id, WaitSettings wait, CancellationToken cancellationToken)
    {
        var change = await session.Client.Agents.RetryAsync(id, cancellationToken);
        return await AgentChanges.FinishAsync(session, change, wait, lastCounts: false, cancellationToken);
    }
}
