using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Blueprints;
using Slipway.Machines.Steps;
using Slipway.Operations;

namespace Slipway.Machines.Plans;

/// <summary>The runbooks. A step that makes something names the step that takes it back; undo reads its table upwards.</summary>
public static class MachinePlanTable
{
    private const int StateVersion = 1;

    /// <summary>A setup and a health check may each take half an hour.</summary>
    private static readonly TimeSpan UpdateDeadline = TimeSpan.FromMinutes(70);

    public static IEnumerable<Type> StepTypes => typeof(RegisterMachine).Assembly.GetTypes()
        .Where(t => !t.IsAbstract && t.IsSubclassOf(typeof(Step<MachineState>)));

    public static Plan Provision(IServiceProvider services) => Table(
        MachinePlans.Provision,
        (_, input) => new MachineState { Order = input.Deserialize(BlueprintJson.Default.MachineOrder) },
        Making(services),
        cancellable: true);

    public static Plan Stop(IServiceProvider services) => Table(
        MachinePlans.Stop,
        Empty,
        [
            new(Step<ShutDownServer>(services), Undo: Step<KeepRunning>(services)),
            new(Step<AwaitOff>(services)),
        ]);

    public static Plan Start(IServiceProvider services) => Table(
        MachinePlans.Start,
        Empty,
        [
            new(Step<PowerOnServer>(services), Undo: Step<KeepStopped>(services)),
            new(Step<AwaitHealthy>(services)),
        ]);

    public static Plan Destroy(IServiceProvider services) => Table(
        MachinePlans.Destroy,
        Empty,
        [
            new(Step<DeleteServer>(services)),
            new(Step<DeleteSnapshots>(services)),
            new(Step<LeaveTailnet>(services)),
            new(Step<RemoveFirewall>(services)),
            new(Step<ForgetMachine>(services)),
        ],
        neverGivesUp: true);

    /// <summary>As a provision, after the lost machine's device and keys are out of the tailnet.</summary>
    public static Plan Replace(IServiceProvider services) => Table(
        MachinePlans.Replace,
        (_, input) => new MachineState { Order = input.Deserialize(BlueprintJson.Default.MachineOrder) },
        [new(Step<LeaveTailnet>(services), Undo: Step<ForgetLostMachine>(services)), .. Making(services)],
        cancellable: true);

    /// <summary>Each step looks what is wrong and does nothing if that is not; what was switched off is switched on again when it fails.</summary>
    public static Plan Repair(IServiceProvider services) => Table(
        MachinePlans.Repair,
        (_, input) => new MachineState { Repair = input.Deserialize(MachineJson.Default.RepairOrder) },
        [
            new(Step<BeginRepair>(services)),
            new(Step<AttachFirewall>(services)),
            new(Step<ShutDownForChange>(services), Undo: Step<SwitchOn>(services)),
            new(Step<ChangeServerType>(services)),
            new(Step<AwaitServerType>(services)),
            new(Step<SwitchOn>(services)),
            new(Step<AwaitRepaired>(services)),
        ],
        cancellable: true);

    public static Plan ChangeSecrets(IServiceProvider services) => Table(
        MachinePlans.ChangeSecrets,
        Empty,
        [
            new(Step<BeginSecretChange>(services), Undo: Step<AwaitFormerHealth>(services)),
            new(Step<PlaceNewSecrets>(services), Undo: Step<PutBackSecrets>(services)),
            new(Step<AwaitHealthy>(services)),
            new(Step<AdoptSecrets>(services)),
        ],
        cancellable: true);

    /// <summary>The row that prepares also puts back: software first, then files, and only then is it seen whether the agent is well as it was.</summary>
    public static Plan Update(IServiceProvider services) => Table(
        MachinePlans.Update,
        (_, input) => new MachineState { Update = input.Deserialize(BlueprintJson.Default.MachineUpdate) },
        [
            new(Step<BeginUpdate>(services), Undo: Step<AwaitFormerHealth>(services)),
            new(Step<PrepareVersion>(services), Undo: Step<PutBackVersion>(services)),
            new(Step<PlaceVersion>(services)),
            new(Step<AwaitUpdated>(services)),
            new(Step<AdoptVersion>(services)),
        ],
        cancellable: true,
        deadline: UpdateDeadline);

    private static IReadOnlyList<PlanStep<MachineState>> Making(IServiceProvider services) =>
    [
        new(Step<RegisterMachine>(services), Undo: Step<ForgetMachine>(services)),
        new(Step<CreateAuthKey>(services), Undo: Step<LeaveTailnet>(services)),
        new(Step<EnsureFirewall>(services), Undo: Step<RemoveFirewall>(services)),
        new(Step<CreateServer>(services), Undo: Step<DeleteServer>(services)),
        // Its undo is the first after any failure of a machine that exists: once the server is deleted, nobody can be asked any more.
        new(Step<AwaitRunning>(services), Undo: Step<TakeEvidence>(services)),
        new(Step<AwaitPhoneHome>(services)),
        new(Step<VerifyEnrolment>(services)),
        new(Step<InjectSecrets>(services)),
        new(Step<StartUnit>(services)),
        new(Step<AwaitHealthy>(services)),
    ];

    internal static MachineState Empty(string subject, JsonElement input) => new();

    internal static TStep Step<TStep>(IServiceProvider services)
        where TStep : Step<MachineState> => services.GetRequiredService<TStep>();

    internal static Plan<MachineState> Table(
        string name,
        Func<string, JsonElement, MachineState> begin,
        IReadOnlyList<PlanStep<MachineState>> steps,
        bool cancellable = false,
        bool neverGivesUp = false,
        TimeSpan? deadline = null) =>
        new(name, StateVersion, MachineJson.Default.MachineState, begin, steps)
        {
            Cancellable = cancellable,
            NeverGivesUp = neverGivesUp,
            Deadline = deadline ?? TimeSpan.FromMinutes(30),
        };
}
