using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Blueprints;
using Slipway.Hetzner;
using Slipway.Machines;
using Slipway.Operations;
using Slipway.Simulations.Mistaken;
using Real = Slipway.Machines.Steps;

namespace Slipway.Simulations
{
    /// <summary>The plans as they are, but for the steps that are mistaken.</summary>
    internal static class PlantedPlans
    {
        public static Plan Provision(IServiceProvider services, PlantedBug bug) => new Plan<MachineState>(
            MachinePlans.Provision,
            1,
            MachineJson.Default.MachineState,
            (_, input) => new MachineState { Order = input.Deserialize(BlueprintJson.Default.MachineOrder) },
            [
                new(Real<Real.RegisterMachine>(services), Undo: Real<Real.ForgetMachine>(services)),
                new(Real<Real.CreateAuthKey>(services), Undo: Real<Real.LeaveTailnet>(services)),
                new(Real<Real.EnsureFirewall>(services), Undo: Real<Real.RemoveFirewall>(services)),
                new(new CreateServer(Real<Real.CreateServer>(services)), Undo: new DeleteServer(services)),
                new(new AwaitRunning(services, publishes: bug == PlantedBug.IdStoredAfterTheWait)),
                new(new AwaitPhoneHome(services, publishes: bug == PlantedBug.IdPublishedAtTheEnd)),
                new(Real<Real.VerifyEnrolment>(services)),
                new(Real<Real.InjectSecrets>(services)),
                new(Real<Real.StartUnit>(services)),
                new(Real<Real.AwaitHealthy>(services)),
            ])
        {
            Cancellable = true,
        };

        public static Plan Destroy(IServiceProvider services) => new Plan<MachineState>(
            MachinePlans.Destroy,
            1,
            MachineJson.Default.MachineState,
            (_, _) => new MachineState(),
            [
                new(new DeleteServer(services)),
                new(Real<Real.LeaveTailnet>(services)),
                new(Real<Real.RemoveFirewall>(services)),
                new(Real<Real.ForgetMachine>(services)),
            ])
        {
            NeverGivesUp = true,
        };

        private static TStep Real<TStep>(IServiceProvider services)
            where TStep : Step<MachineState> => services.GetRequiredService<TStep>();
    }
}

namespace Slipway.Simulations.Mistaken
{
    /// <summary>Forgets to write down what it made.</summary>
    internal sealed class CreateServer(Real.CreateServer real) : Step<MachineState>
    {
        public override async Task<StepOutcome> RunAsync(MachineState state, StepContext context, CancellationToken cancellationToken) =>
            await real.RunAsync(state, context, cancellationToken) with { Also = null };
    }

    /// <summary>Without an id there is nothing to delete, it thinks.</summary>
    internal sealed class DeleteServer(IServiceProvider services) : Step<MachineState>
    {
        public override async Task<StepOutcome> RunAsync(MachineState state, StepContext context, CancellationToken cancellationToken) =>
            (await services.GetRequiredService<MachineStore>().FindAsync(context.Subject, cancellationToken))?.ServerId is null
                ? Done(state, "no server was made")
                : await services.GetRequiredService<Real.DeleteServer>().RunAsync(state, context, cancellationToken);
    }

    internal sealed class AwaitRunning(IServiceProvider services, bool publishes) : Step<MachineState>
    {
        public override async Task<StepOutcome> RunAsync(MachineState state, StepContext context, CancellationToken cancellationToken)
        {
            var machine = await services.GetRequiredService<MachineStore>().GetAsync(context.Subject, cancellationToken);
            var waits = services.GetRequiredService<ActionWaits>();
            if (machine.HostKey is null && !await waits.AreFinishedAsync(state.Actions, context.OperationId))
            {
                return Wait(context.Now.AddSeconds(30), "Hetzner works on the server.");
            }

            await waits.ForgetAsync(state.Actions, context.OperationId);
            return publishes ? await LatePublication.AddAsync(services, machine, Done(state with { Actions = [] }), cancellationToken) : Done(state with { Actions = [] });
        }
    }

    internal sealed class AwaitPhoneHome(IServiceProvider services, bool publishes) : Step<MachineState>
    {
        public override async Task<StepOutcome> RunAsync(MachineState state, StepContext context, CancellationToken cancellationToken)
        {
            var machine = await services.GetRequiredService<MachineStore>().GetAsync(context.Subject, cancellationToken);
            var outcome = await services.GetRequiredService<Real.AwaitPhoneHome>().RunAsync(state, context, cancellationToken);
            return publishes && outcome is StepOutcome.Done ? await LatePublication.AddAsync(services, machine, outcome, cancellationToken) : outcome;
        }
    }

    /// <summary>Writes the server's id down at last.</summary>
    internal static class LatePublication
    {
        public static async Task<StepOutcome> AddAsync(IServiceProvider services, Machine machine, StepOutcome outcome, CancellationToken cancellationToken)
        {
            if (await services.GetRequiredService<HetznerClient>().Servers.FindByNameAsync(machine.Name, cancellationToken) is not { } server)
            {
                return new StepOutcome.Retry("The server is not listed yet.");
            }

            var store = services.GetRequiredService<MachineStore>();
            var also = outcome.Also;
            return outcome with
            {
                Also = async transaction =>
                {
                    await store.SetServerAsync(
                        transaction, machine.Subject, server.Id, server.ServerType.Name, server.Location.Name, server.PublicNet.Ipv4?.Ip, server.PublicNet.Ipv6?.Ip);
                    await (also?.Invoke(transaction) ?? Task.CompletedTask);
                },
            };
        }
    }
}
