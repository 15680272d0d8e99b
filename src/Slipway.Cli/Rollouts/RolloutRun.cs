using Slipway.Cli.Options;
using Slipway.Cli.Output;
using Slipway.Cli.Watching;
using Slipway.Client;

namespace Slipway.Cli.Rollouts;

/// <summary>Begins a roll-out and reports how each agent fared.</summary>
internal static class RolloutRun
{
    public static async Task<int> RunAsync(Session session, CreateRolloutRequest request, WaitSettings wait, CancellationToken cancellationToken)
    {
        var rollout = await session.Client.Rollouts.CreateAsync(request, cancellationToken);
        session.Say(Words.RolloutBegun(rollout));
        if (!wait.Waits)
        {
            Write(session, rollout);
            return ExitCodes.Ok;
        }

        var watched = await new Watch(session, wait.Timeout).OperationAsync(rollout.Operation, cancellationToken);
        if (watched.SawTheEnd)
        {
            rollout = await session.Client.Rollouts.GetAsync(rollout.Id, cancellationToken);
        }

        if (watched.SawTheEnd || session.Json)
        {
            Write(session, rollout);
        }

        return watched.ExitCode;
    }

    public static void Write(Session session, RolloutResource rollout) =>
        session.Write(rollout, json => json.RolloutResource, output => RolloutText.Write(output, rollout));
}
