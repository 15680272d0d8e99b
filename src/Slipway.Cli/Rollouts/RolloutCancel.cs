using System.CommandLine;
using Slipway.Cli.Options;

namespace Slipway.Cli.Rollouts;

internal static class RolloutCancel
{
    public static Command Create(CommandHost host)
    {
        var id = IdArgument.Create("id", Words.RolloutId);
        var command = new Command("cancel", Words.RolloutCancel) { id };
        return host.Handle(command, (parse, session, stop) => RunAsync(session, parse.GetRequiredValue(id), stop));
    }

    internal static async Task<int> RunAsync(Session session, string id, CancellationToken cancellationToken)
    {
        RolloutRun.Write(session, await session.Client.Rollouts.CancelAsync(id, cancellationToken));
        return ExitCodes.Ok;
    }
}
