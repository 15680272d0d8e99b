using System.CommandLine;
using Slipway.Cli.Options;
using Slipway.Cli.Output;
using Slipway.Cli.Watching;

namespace Slipway.Cli.Operations;

internal static class OperationWatch
{
    public static Command Create(CommandHost host)
    {
        var id = IdArgument.Create("id", Words.OperationId);
        var timeout = WaitOptions.CreateTimeout();
        var command = new Command("watch", Words.OperationWatch) { id, timeout };
        return host.Handle(command, (parse, session, stop) => RunAsync(session, parse.GetRequiredValue(id), parse.GetValue(timeout), stop));
    }

    internal static async Task<int> RunAsync(Session session, string id, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        var watched = await new Watch(session, timeout).OperationAsync(id, cancellationToken);
        if (watched.Operation is { } operation && session.Json)
        {
            session.Write(operation, json => json.OperationResource, output => OperationText.Write(output, operation));
        }

        return watched.ExitCode;
    }
}
