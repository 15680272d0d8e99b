using System.CommandLine;
using Slipway.Cli.Output;

namespace Slipway.Cli.Blueprints;

internal static class BlueprintList
{
    public static Command Create(CommandHost host)
    {
        var command = new Command("list", Words.BlueprintList);
        return host.Handle(command, (parse, session, stop) => RunAsync(session, stop));
    }

    internal static async Task<int> RunAsync(Session session, CancellationToken cancellationToken)
    {
        var blueprints = await session.Client.Blueprints.ListAsync(cancellationToken);
        session.Write(new Client.BlueprintList(blueprints), json => json.BlueprintList, output => BlueprintText.Write(output, blueprints));
        return ExitCodes.Ok;
    }
}
