using System.CommandLine;
using Slipway.Cli.Options;
using Slipway.Cli.Output;
using Slipway.Client;

namespace Slipway.Cli.Blueprints;

internal static class BlueprintValidate
{
    public static Command Create(CommandHost host)
    {
        var file = new Argument<string>("file") { Description = Words.BlueprintFile };
        var command = new Command("validate", Words.BlueprintValidate) { file };
        return host.Handle(command, (parse, session, stop) => RunAsync(session, parse.GetRequiredValue(file), stop));
    }

    internal static async Task<int> RunAsync(Session session, string file, CancellationToken cancellationToken)
    {
        var problems = await session.Client.Blueprints.ValidateAsync(Path.GetFileName(file), TextFile.Read(file), cancellationToken);
        session.Write(new BlueprintValidation(problems), json => json.BlueprintValidation, output =>
        {
            foreach (var problem in problems)
            {
                output.WriteLine(Terminal.Clean($"{file}:{problem.Line}:{problem.Column}: {problem.Message}"));
            }
        });
        session.Say(problems.Count == 0 ? Words.Valid(file) : Words.Invalid(file, problems.Count));
        return problems.Count == 0 ? ExitCodes.Ok : ExitCodes.Error;
    }
}
