using System.Text.Json;
using Slipway.Blueprints;
using Slipway.Machines.Steps;
using Slipway.Operations;
using static Slipway.Machines.Plans.MachinePlanTable;

namespace Slipway.Machines.Plans;

/// <summary>The runbooks of what an operator has done to a machine that exists.</summary>
public static class MachineChangePlans
{
    public static Plan Snapshot(IServiceProvider services) => Table(
        MachinePlans.Snapshot,
        (_, input) => new MachineState { Snapshot = input.Deserialize(BlueprintJson.Default.SnapshotOrder) },
        [
            new(Step<RegisterSnapshot>(services), Undo: Step<DiscardSnapshot>(services)),
            new(Step<TakeSnapshot>(services)),
            new(Step<AwaitSnapshot>(services)),
        ],
        cancellable: true,
        deadline: TimeSpan.FromHours(2));

    public static Plan DeleteSnapshot(IServiceProvider services) => Table(
        MachinePlans.DeleteSnapshot,
        (_, input) => new MachineState { Removal = input.Deserialize(BlueprintJson.Default.SnapshotRemoval) },
        [new(Step<DeleteSnapshot>(services))]);

    /// <summary>Nothing is touched before the new type was looked at; what fails later is put back, and the agent is seen well with it.</summary>
    public static Plan Resize(IServiceProvider services) => Table(
        MachinePlans.Resize,
        (_, input) => new MachineState { Resize = input.Deserialize(BlueprintJson.Default.ResizeOrder) },
        [
            new(Step<BeginResize>(services), Undo: Step<AwaitFormerAgent>(services)),
            new(Step<ShutDownForResize>(services), Undo: Step<SwitchBackOn>(services)),
            new(Step<ResizeServer>(services), Undo: Step<PutBackServerType>(services)),
            new(Step<AwaitResize>(services)),
            new(Step<SwitchOnResized>(services)),
            new(Step<AwaitResizedAgent>(services)),
        ],
        cancellable: true,
        deadline: TimeSpan.FromHours(1));

    /// <summary>
    /// As a provision, on the server there is. Until Hetzner has taken the order to rebuild, everything can be taken back; after it nothing is left to go back to,
    /// and what fails takes the whole machine away, as a provision does.
    /// </summary>
    public static Plan Rebuild(IServiceProvider services) => Table(
        MachinePlans.Rebuild,
        Empty,
        [
            new(Step<BeginRebuild>(services), Undo: Step<EndRebuild>(services)),
            new(Step<CreateAuthKey>(services), Undo: Step<LeaveTailnet>(services)),
            new(Step<RebuildServer>(services), Undo: Step<DeleteRebuilt>(services)),
            new(Step<AwaitRunning>(services), Undo: Step<TakeEvidence>(services)),
            new(Step<RemoveFormerDevice>(services)),
            new(Step<AwaitPhoneHome>(services)),
            new(Step<VerifyEnrolment>(services)),
            new(Step<InjectSecrets>(services)),
            new(Step<StartUnit>(services)),
            new(Step<AwaitHealthy>(services)),
        ],
        cancellable: true);
}
