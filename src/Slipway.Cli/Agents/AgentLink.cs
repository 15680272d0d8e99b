using System.CommandLine;
using Slipway.Cli.Options;
using Slipway.Cli.Output;

namespace Slipway.Cli.Agents;

internal static class AgentLink
{
    public static Command Create(CommandHost host)
    {
        var id = IdArgument.Create("id", Words.AgentId);
        var command = new Command("link", Words.AgentLink) { id };
        return host.Handle(command, (parse, session, stop) => RunAsync(session, parse.GetRequiredValue(id), stop));
    }

    internal static async Task<int> RunAsync(Session session, string id, CancellationToken cancellationToken)
    {
        var link = await session.Client.Agents.ReplaceLinkAsync(id, cancellationToken);
        session.Write(link, json => json.CustomerLink, output => output.WriteLine(Terminal.Clean(link.Url)));
        return ExitCodes.Ok;
    }
}
