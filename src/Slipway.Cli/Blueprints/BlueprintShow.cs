using System.CommandLine;
using Slipway.Cli.Options;
using Slipway.Cli.Output;

namespace Slipway.Cli.Blueprints;

internal static class BlueprintShow
{
    public static Command Create(CommandHost host)
    {
        var name = IdArgument.Create("name", Words.BlueprintName);
        var yaml = new Option<bool>("--yaml") { Description = Words.YamlOption };
        var command = new Command("show", Words.BlueprintShow) { name, yaml };
        return host.Handle(command, (parse, session, stop) => RunAsync(session, parse.GetRequiredValue(name), parse.GetValue(yaml), stop));
    }

    internal static async Task<int> RunAsync(Session session, string name, bool yaml, CancellationToken cancellationToken)
    {
        var blueprint = await session.Client.Blueprints.GetAsync(name, cancellationToken);
        if (yaml)
        {
            await session.Output.WriteAsync(blueprint.Yaml);
        }
        else
        {
            session.Write(blueprint, json => json.BlueprintResource, output => BlueprintText.Write(output, blueprint));
        }

        return ExitCodes.Ok;
    }
}
