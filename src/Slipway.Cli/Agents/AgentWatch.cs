using System.CommandLine;
using Slipway.Cli.Options;

namespace Slipway.Cli.Agents;

internal static class AgentWatch
{
    public static Command Create(CommandHost host)
    {
        var id = IdArgument.Create("id", Words.AgentId);
        var timeout = WaitOptions.CreateTimeout();
        var command = new Command("watch", Words.AgentWatch) { id, timeout };
        return host.Handle(command, (parse, session, stop) => RunAsync(session, parse.GetRequiredValue(id), parse.GetValue(timeout), stop));
    }

    internal static async Task<int> RunAsync(Session session, string id, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        var agent = await session.Client.Agents.GetAsync(id, cancellationToken);
        var wait = new WaitSettings(Waits: true, timeout);
        return await AgentChanges.FollowAsync(session, agent, operation: null, wait, lastCounts: true, cancellationToken);
    }
}
