using System.CommandLine;
using Slipway.Cli.Options;
using Slipway.Cli.Output;

namespace Slipway.Cli.Operations;

internal static class OperationShow
{
    public static Command Create(CommandHost host)
    {
        var id = IdArgument.Create("id", Words.OperationId);
        var command = new Command("show", Words.OperationShow) { id };
        return host.Handle(command, (parse, session, stop) => RunAsync(session, parse.GetRequiredValue(id), stop));
    }

    internal static async Task<int> RunAsync(Session session, string id, CancellationToken cancellationToken)
    {
        var operation = await session.Client.Operations.GetAsync(id, cancellationToken);
        session.Write(operation, json => json.OperationResource, output => OperationText.Write(output, operation));
        return ExitCodes.Ok;
    }
}
