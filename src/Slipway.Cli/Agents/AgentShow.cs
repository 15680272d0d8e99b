using System.CommandLine;
using Slipway.Cli.Options;
using Slipway.Cli.Output;

namespace Slipway.Cli.Agents;

internal static class AgentShow
{
    public static Command Create(CommandHost host)
    {
        var id = IdArgument.Create("id", Words.AgentId);
        var command = new Command("show", Words.AgentShow) { id };
        return host.Handle(command, (parse, session, stop) => RunAsync(session, parse.GetRequiredValue(id), stop));
    }

    internal static async Task<int> RunAsync(Session session, string id, CancellationToken cancellationToken)
    {
        var agent = await session.Client.Agents.GetAsync(id, cancellationToken);
        session.Write(agent, json => json.AgentResource, output => AgentText.Write(output, agent));
        return ExitCodes.Ok;
    }
}
