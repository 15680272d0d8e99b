using System.CommandLine;
using Slipway.Cli.Options;
using Slipway.Client;

namespace Slipway.Cli.Agents;

internal static class AgentResize
{
    public static Command Create(CommandHost host)
    {
        var id = IdArgument.Create("id", Words.AgentId);
        var type = new Option<string>("--type") { Description = Words.TypeOption, HelpName = "type", Required = true };
        var disk = new Option<bool>("--upgrade-disk") { Description = Words.UpgradeDiskOption };
        var waiting = new WaitOptions();
        var command = new Command("resize", Words.AgentResize) { id, type, disk };
        waiting.AddTo(command);
        return host.Handle(command, (parse, session, stop) => RunAsync(
            session,
            parse.GetRequiredValue(id),
            new ResizeAgentRequest { ServerType = parse.GetRequiredValue(type), UpgradeDisk = parse.GetValue(disk) },
            waiting.Read(parse, byDefault: true),
            stop));
    }

    internal static async Task<int> RunAsync(Session session, string id, ResizeAgentRequest request, WaitSettings wait, CancellationToken cancellationToken)
    {
        var change = await session.Client.Agents.ResizeAsync(id, request, cancellationToken);
        return await AgentChanges.FinishAsync(session, change, wait, lastCounts: false, cancellationToken);
    }
}
