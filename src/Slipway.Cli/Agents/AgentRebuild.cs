using System.CommandLine;
using Slipway.Cli.Options;

namespace Slipway.Cli.Agents;

internal static class AgentRebuild
{
    public static Command Create(CommandHost host)
    {
        var id = IdArgument.Create("id", Words.AgentId);
        var yes = new Option<bool>("--yes", "-y") { Description = Words.YesOption };
        var waiting = new WaitOptions();
        var command = new Command("rebuild", Words.AgentRebuild) { id, yes };
        waiting.AddTo(command);
        return host.Handle(command, (parse, session, stop) => RunAsync(
            session, parse.GetRequiredValue(id), parse.GetValue(yes), waiting.Read(parse, byDefault: true), stop));
    }

    internal static async Task<int> RunAsync(Session session, string id, bool yes, WaitSettings wait, CancellationToken cancellationToken)
    {
        if (!yes && !session.CanAsk)
        {
            throw new UsageException(Words.YesNeededToRebuild(id));
        }

        if (!yes)
        {
            var agent = await session.Client.Agents.GetAsync(id, cancellationToken);
            if (!await session.ConfirmAsync(Words.ConfirmRebuild(agent), cancellationToken))
            {
                session.Say(Words.NotRebuilt);
                return ExitCodes.Error;
            }
        }

        var change = await session.Client.Agents.RebuildAsync(id, cancellationToken);
        return await AgentChanges.FinishAsync(session, change, wait, lastCounts: false, cancellationToken);
    }
}
