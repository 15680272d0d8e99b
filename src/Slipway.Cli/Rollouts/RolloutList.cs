using System.CommandLine;
using Slipway.Cli.Output;

namespace Slipway.Cli.Rollouts;

internal static class RolloutList
{
    public static Command Create(CommandHost host) => host.Handle(new Command("list", Words.RolloutList), (_, session, stop) => RunAsync(session, stop));

    internal static async Task<int> RunAsync(Session session, CancellationToken cancellationToken)
    {
        var rollouts = await session.Client.Rollouts.ListAsync(cancellationToken);
        session.Write(new Client.RolloutList(rollouts), json => json.RolloutList, output => RolloutText.Write(output, rollouts));
        return ExitCodes.Ok;
    }
}
