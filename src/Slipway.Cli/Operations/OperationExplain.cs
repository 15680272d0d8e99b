using System.CommandLine;
using Slipway.Cli.Options;
using Slipway.Cli.Output;

namespace Slipway.Cli.Operations;

internal static class OperationExplain
{
    public static Command Create(CommandHost host)
    {
        var id = IdArgument.Create("id", Words.OperationId);
        var command = new Command("explain", Words.OperationExplain) { id };
        return host.Handle(command, (parse, session, stop) => RunAsync(session, parse.GetRequiredValue(id), stop));
    }

    internal static async Task<int> RunAsync(Session session, string id, CancellationToken cancellationToken)
    {
        var explanation = await session.Client.Operations.ExplainAsync(id, cancellationToken);
        session.Write(explanation, json => json.OperationExplanation, output => OperationText.Write(output, explanation));
        return ExitCodes.Ok;
    }
}
