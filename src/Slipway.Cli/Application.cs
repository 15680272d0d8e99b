using System.CommandLine;
using System.CommandLine.Invocation;
using Slipway.Cli.Agents;
using Slipway.Cli.Alerts;
using Slipway.Cli.Blueprints;
using Slipway.Cli.Doctor;
using Slipway.Cli.Operations;
using Slipway.Cli.Provision;
using Slipway.Cli.Reconcile;
using Slipway.Cli.Rollouts;

namespace Slipway.Cli;

/// <summary>The table of contents: which commands there are.</summary>
internal static class Application
{
    public static async Task<int> RunAsync(IReadOnlyList<string> args, CliEnvironment environment, CancellationToken cancellationToken)
    {
        // No response files: "@name" is how a secret names its file, never more arguments.
        var parse = Create(environment).Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        var mistaken = parse.Action as ParseErrorAction;
        mistaken?.ShowHelp = false;

        // What is wrong is no data: nobody who pipes stdout on wants to find it there.
        var output = mistaken is null ? environment.Output : environment.Error;
        var code = await parse.InvokeAsync(
            new InvocationConfiguration { Output = output, Error = environment.Error, EnableDefaultExceptionHandler = false },
            cancellationToken);
        if (mistaken is null)
        {
            return code;
        }

        await environment.Error.WriteLineAsync(Words.SeeHelp(parse.CommandResult.Command));
        return ExitCodes.Usage;
    }

    private static RootCommand Create(CliEnvironment environment)
    {
        var host = new CommandHost(environment);
        var root = new RootCommand(Words.Root)
        {
            new Command("agent", Words.Agent)
            {
                AgentCreate.Create(host),
                AgentList.Create(host),
                AgentShow.Create(host),
                AgentWatch.Create(host),
                AgentStop.Create(host),
                AgentStart.Create(host),
                AgentDestroy.Create(host),
                AgentRetry.Create(host),
                AgentSnapshot.Create(host),
                AgentSnapshots.Create(host),
                AgentResize.Create(host),
                AgentRebuild.Create(host),
                AgentUpdate.Create(host),
                AgentLogs.Create(host),
                AgentSsh.Create(host),
                AgentLink.Create(host),
                new Command("secrets", Words.AgentSecrets) { AgentSecretsSet.Create(host) },
            },
            new Command("rollout", Words.Rollout)
            {
                RolloutList.Create(host),
                RolloutShow.Create(host),
                RolloutCancel.Create(host),
            },
            new Command("operation", Words.Operation)
            {
                OperationList.Create(host),
                OperationShow.Create(host),
                OperationExplain.Create(host),
                OperationWatch.Create(host),
            },
            new Command("alert", Words.Alert)
            {
                AlertList.Create(host),
                AlertAck.Create(host),
            },
            new Command("blueprint", Words.Blueprint)
            {
                BlueprintList.Create(host),
                BlueprintShow.Create(host),
                BlueprintValidate.Create(host),
            },
            ReconcileCommand.Create(host),
            DoctorCommand.Create(host),
            ProvisionCommand.Create(host),
        };
        host.Options.AddTo(root);
        return root;
    }
}
