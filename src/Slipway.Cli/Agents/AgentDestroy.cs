using System.CommandLine;
using Slipway.Cli.Options;

namespace Slipway.Cli.Agents;

internal static class AgentDestroy
{
    public static Command Create(CommandHost host)
    {
        var id = IdArgument.Create("id", Words.AgentId);
        var yes = new Option<bool>("--yes", "-y") { Description = Words.YesOption };
        var waiting = new WaitOptions();
        var command = new Command("destroy", Words.AgentDestroy) { id, yes };
        waiting.AddTo(command);
        return host.Handle(command, (parse, session, stop) => RunAsync(
            session, parse.GetRequiredValue(id), parse.GetValue(yes), waiting.Read(parse, byDefault: true), stop));
    }

    internal static async Task<int> RunAsync(Session session, string id, bool yes, WaitSettings wait, CancellationToken cancellationToken)
    {
        if (!yes && !session.CanAsk)
        {
            throw new UsageException(Words.YesNeeded(id));
        }

        if (!yes)
        {
            var agent = await session.Client.Agents.GetAsync(id, cancellationToken);
            if (!await session.ConfirmAsync(Words.ConfirmDestroy(agent), cancellationToken))
            {
                session.Say(Words.NotDestroyed);
                return ExitCodes.Error;
            }
        }

        var change = await session.Client.Agents.DestroyAsync(id, cancellationToken);
        return await AgentChanges.FinishAsync(session, change, wait, lastCounts: true, cancellationToken);
    }
}
