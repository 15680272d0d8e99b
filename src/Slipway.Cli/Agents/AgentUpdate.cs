using System.CommandLine;
using Slipway.Cli.Options;
using Slipway.Cli.Rollouts;
using Slipway.Client;

namespace Slipway.Cli.Agents;

internal static class AgentUpdate
{
    public static Command Create(CommandHost host)
    {
        var id = new Argument<string?>("id") { Description = Words.AgentId, Arity = ArgumentArity.ZeroOrOne };
        var blueprint = new Option<string?>("--blueprint") { Description = Words.UpdateBlueprintOption, HelpName = "name" };
        var canary = new Option<string?>("--canary") { Description = Words.CanaryOption, HelpName = "id" };
        var atOnce = new Option<int>("--at-once") { Description = Words.AtOnceOption, HelpName = "n", DefaultValueFactory = _ => 3 };
        var secrets = SecretOption.Create();
        var waiting = new WaitOptions();
        var command = new Command("update", Words.AgentUpdate) { id, blueprint, canary, atOnce, secrets };
        waiting.AddTo(command);
        return host.Handle(command, (parse, session, stop) =>
        {
            var values = SecretOption.Read(parse.GetValue(secrets) ?? [], host.Environment.Input);
            var wait = waiting.Read(parse, byDefault: true);
            return (parse.GetValue(id), parse.GetValue(blueprint)) switch
            {
                ({ Length: > 0 } agent, null) when parse.GetValue(canary) is null => RunAsync(session, agent, values, wait, stop),
                (null, { Length: > 0 } name) when values.Count == 0 => RolloutRun.RunAsync(
                    session, new CreateRolloutRequest { Blueprint = name, AtOnce = parse.GetValue(atOnce), Canary = parse.GetValue(canary) }, wait, stop),
                (null, { Length: > 0 }) => throw new UsageException(Words.NoSecretsForAll),
                _ => throw new UsageException(Words.UpdateWhat),
            };
        });
    }

    internal static async Task<int> RunAsync(
        Session session, string id, IReadOnlyDictionary<string, string> secrets, WaitSettings wait, CancellationToken cancellationToken)
    {
        var change = await session.Client.Agents.UpdateAsync(id, secrets, cancellationToken);
        return await AgentChanges.FinishAsync(session, change, wait, lastCounts: false, cancellationToken);
    }
}
