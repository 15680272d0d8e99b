using System.CommandLine;
using Slipway.Cli.Output;

namespace Slipway.Cli.Agents;

internal static class AgentList
{
    public static Command Create(CommandHost host)
    {
        var command = new Command("list", Words.AgentList);
        return host.Handle(command, (parse, session, stop) => RunAsync(session, stop));
    }

    internal static async Task<int> RunAsync(Session session, CancellationToken cancellationToken)
    {
        var agents = await session.Client.Agents.ListAsync(cancellationToken);
        session.Write(new Client.AgentList(agents), json => json.AgentList, output => AgentText.Write(output, agents));
        return ExitCodes.Ok;
    }
}
