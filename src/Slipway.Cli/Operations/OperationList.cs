using System.CommandLine;
using Slipway.Cli.Output;

namespace Slipway.Cli.Operations;

internal static class OperationList
{
    public static Command Create(CommandHost host)
    {
        var agent = new Option<string?>("--agent") { Description = Words.OfAgentOption, HelpName = "id" };
        var command = new Command("list", Words.OperationList) { agent };
        return host.Handle(command, (parse, session, stop) => RunAsync(session, parse.GetValue(agent), stop));
    }

    internal static async Task<int> RunAsync(Session session, string? agent, CancellationToken cancellationToken)
    {
        var operations = await session.Client.Operations.ListAsync(agent, cancellationToken);
        session.Write(new Client.OperationList(operations), json => json.OperationList, output => OperationText.Write(output, operations));
        return ExitCodes.Ok;
    }
}
