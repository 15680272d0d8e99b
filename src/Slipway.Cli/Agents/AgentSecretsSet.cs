using System.CommandLine;
using Slipway.Cli.Options;

namespace Slipway.Cli.Agents;

internal static class AgentSecretsSet
{
    public static Command Create(CommandHost host)
    {
        var id = IdArgument.Create("id", Words.AgentId);
        var secrets = SecretOption.Create();
        var remove = new Option<string[]>("--remove") { Description = Words.RemoveSecretOption, HelpName = "key", AllowMultipleArgumentsPerToken = false };
        var waiting = new WaitOptions();
        var command = new Command("set", Words.AgentSecretsSet) { id, secrets, remove };
        waiting.AddTo(command);
        return host.Handle(command, (parse, session, stop) =>
        {
            var values = SecretOption.Read(parse.GetValue(secrets) ?? [], host.Environment.Input);
            foreach (var key in parse.GetValue(remove) ?? [])
            {
                if (!values.TryAdd(key, ""))
                {
                    throw new UsageException(Words.SecretTwice(key));
                }
            }

            return RunAsync(session, parse.GetRequiredValue(id), values, waiting.Read(parse, byDefault: true), stop);
        });
    }

    internal static async Task<int> RunAsync(
        Session session, string id, IReadOnlyDictionary<string, string> secrets, WaitSettings wait, CancellationToken cancellationToken)
    {
        if (secrets.Count == 0)
        {
            throw new UsageException(Words.NoSecretGiven);
        }

        var change = await session.Client.Agents.ChangeSecretsAsync(id, secrets, cancellationToken);
        return await AgentChanges.FinishAsync(session, change, wait, lastCounts: false, cancellationToken);
    }
}
