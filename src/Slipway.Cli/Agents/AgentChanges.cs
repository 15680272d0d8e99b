using Slipway.Cli.Options;
using Slipway.Cli.Output;
using Slipway.Cli.Watching;
using Slipway.Client;

namespace Slipway.Cli.Agents;

/// <summary>What every command that wants something of an agent does after the server's answer.</summary>
internal static class AgentChanges
{
    public static async Task<int> FinishAsync(
        Session session, AgentChange change, WaitSettings wait, bool lastCounts, CancellationToken cancellationToken)
    {
        var agent = change.Agent;
        var operation = change.Accepted || agent.Busy ? agent.Operation : null;
        if (operation is not null && wait.Waits)
        {
            return await FollowAsync(session, agent, operation, wait, lastCounts, cancellationToken);
        }

        session.Say(change.Accepted ? Words.Accepted(agent, operation) : Words.NothingToDo(agent));
        Write(session, agent);
        return ExitCodes.Ok;
    }

    public static async Task<int> FollowAsync(
        Session session, AgentResource agent, string? operation, WaitSettings wait, bool lastCounts, CancellationToken cancellationToken)
    {
        var watched = await new Watch(session, wait.Timeout).AgentAsync(agent, operation, lastCounts, cancellationToken);

        // A program gets the agent as last known even when watching ended early: it needs the id.
        if (watched.SawTheEnd || session.Json)
        {
            Write(session, watched.Agent!);
        }

        return watched.ExitCode;
    }

    public static void Write(Session session, AgentResource agent) =>
        session.Write(agent, json => json.AgentResource, output => AgentText.Write(output, agent));
}
