using Slipway.Blueprints;
using Slipway.Hetzner;
using Slipway.Operations;
using Slipway.Secrets;
using Slipway.Tailscale;

namespace Slipway.Machines.Steps;

/// <summary>Puts the machine's facts aside and gives it what it needs for another first boot: a new boot token, a new name in the tailnet, no pinned host key.</summary>
public sealed class BeginRebuild(MachineStore machines, BlueprintStore blueprints, OperationStore operations, ControlPlane controlPlane, RebuildActions rebuilds)
    : Step<MachineState>
{
    public override async Task<StepOutcome> RunAsync(MachineState state, StepContext context, CancellationToken cancellationToken)
    {
        var machine = await machines.GetAsync(context.Subject, cancellationToken);
        var blueprint = await blueprints.GetAsync(machine.BlueprintDigest, cancellationToken);
        if (await rebuilds.LatestAsync(machine.ServerId!.Value, cancellationToken) is not { } latest)
        {
            return Fail($"Server {machine.ServerId} is gone at Hetzner.");
        }

        var made = await operations.FindAsync(machine.OperationId, cancellationToken);
        var order = new MachineOrder
        {
            BlueprintDigest = blueprint.Digest,
            BlueprintName = blueprint.Name,
            Location = made is null ? null : MachineState.OrderOf(made.State)?.Location,
        };
        var hostname = blueprint.Tailscale.Enabled ? $"{context.Subject}-{context.OperationId[^4..]}" : null;
        return Done(state with { Order = order, Former = FormerMachine.Of(machine), LastAction = latest }, $"from {blueprint.Machine.Image}") with
        {
            Also = transaction => machines.RegisterAgainAsync(
                transaction, context.Subject, context.OperationId, ControlPlane.Hash(controlPlane.NewBootToken(context.OperationId)), hostname),
        };
    }
}

/// <summary>Has Hetzner write the image over the server's disk. Sent once; whether it arrived is read from the server's own actions.</summary>
public sealed class RebuildServer(
    MachineStore machines, BlueprintStore blueprints, SecretStore secrets, MachineDocument documents, RebuildActions rebuilds, HetznerClient hetzner) : Step<MachineState>
{
    public override async Task<StepOutcome> RunAsync(MachineState state, StepContext context, CancellationToken cancellationToken)
    {
        var machine = await machines.GetAsync(context.Subject, cancellationToken);
        var id = machine.ServerId!.Value;
        if (!context.IsFirstAttempt)
        {
            if (machine.HostKey is not null || machine.BootStatus is not null)
            {
                return Ordered(state, context, [], "the machine spoke");
            }

            if (await rebuilds.FindAsync(id, state.LastAction, cancellationToken) is { } begun)
            {
                return Ordered(state, context, [begun], "an earlier attempt had begun it");
            }

            switch (await hetzner.Servers.FindAsync(id, cancellationToken))
            {
                case null:
                    return Fail($"Server {id} vanished at Hetzner while it was being rebuilt.");
                case { Locked: true } or { Status: "rebuilding" }:
                    return Wait(context.Now.AddSeconds(3), $"Hetzner works on server {id}.");
            }
        }

        var blueprint = await blueprints.GetAsync(machine.BlueprintDigest, cancellationToken);
        var authKey = await secrets.FindAsync(context.Subject, CreateAuthKey.SecretName, cancellationToken);
        var document = await documents.BuildAsync(machine, blueprint, authKey?.Reveal(), cancellationToken);
        try
        {
            var result = await hetzner.Servers.RebuildAsync(id, blueprint.Machine.Image, document.ToUserData().Text, cancellationToken);
            return Ordered(state, context, [result.Action.Id], null);
        }
        catch (HetznerException e) when (e.Code is HetznerErrorCodes.Protected or HetznerErrorCodes.NotFound)
        {
            return Fail($"Hetzner does not rebuild server {id}: {e.Message}");
        }
    }

    private StepOutcome Ordered(MachineState state, StepContext context, IReadOnlyList<long> actions, string? message) =>
        Done(state with { Actions = actions, Rebuilt = true }, message) with
        {
            Also = transaction => machines.SetStatusAsync(transaction, context.Subject, MachineStatus.CloudInit),
        };
}

/// <summary>Takes the device of the machine's former life out of the tailnet: nobody holds its key any more.</summary>
public sealed class RemoveFormerDevice(TailscaleClient tailscale, TailscaleSettings settings) : Step<MachineState>
{
    public override async Task<StepOutcome> RunAsync(MachineState state, StepContext context, CancellationToken cancellationToken)
    {
        if (state.Former!.TailscaleHostname is not { } hostname)
        {
            return Done(state, "never joined");
        }

        await LeaveTailnet.RemoveDevicesAsync(tailscale, settings, hostname, state.Former.TailscaleNodeId, cancellationToken);
        return Done(state);
    }
}

/// <summary>Takes the server away if it was rebuilt, and leaves it alone if it was not.</summary>
public sealed class DeleteRebuilt(MachineStore machines, RebuildActions rebuilds, HetznerClient hetzner, DeleteServer delete) : Step<MachineState>
{
    private static readonly TimeSpan LateArrival = TimeSpan.FromSeconds(5);

    public override async Task<StepOutcome> RunAsync(MachineState state, StepContext context, CancellationToken cancellationToken)
    {
        var machine = await machines.GetAsync(context.Subject, cancellationToken);
        if (!state.Rebuilt && machine.HostKey is null && machine.BootStatus is null && await rebuilds.FindAsync(machine.ServerId!.Value, state.LastAction, cancellationToken) is null)
        {
            var server = await hetzner.Servers.FindAsync(machine.ServerId.Value, cancellationToken);
            if (server is not null)
            {
                return context.IsFirstAttempt || server.Locked
                    ? Wait(context.Now + LateArrival, "No rebuild was begun; looking once more, in case it arrives late.")
                    : Done(state, $"server {server.Id} was not touched");
            }
        }

        return await delete.RunAsync(state, context, cancellationToken) switch
        {
            StepOutcome.Done done => done with { State = (MachineState)done.State with { MachineGone = true } },
            var other => other,
        };
    }
}

/// <summary>Ends a rebuild that failed: a machine that was not touched is what it was, and one that is gone leaves nothing.</summary>
public sealed class EndRebuild(MachineStore machines, RemoveFormerDevice device, RemoveFirewall firewall, ForgetMachine forget) : Step<MachineState>
{
    public override async Task<StepOutcome> RunAsync(MachineState state, StepContext context, CancellationToken cancellationToken)
    {
        if (state.Former is not { } former)
        {
            return Done(state, "nothing was changed");
        }

        if (!state.MachineGone)
        {
            return Done(state, "the machine is as it was") with { Also = transaction => machines.RestoreAsync(transaction, context.Subject, former) };
        }

        await device.RunAsync(state, context, cancellationToken);
        await firewall.RunAsync(state, context, cancellationToken);
        return await forget.RunAsync(state, context, cancellationToken);
    }
}
