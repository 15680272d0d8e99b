using Slipway.Operations;
using Slipway.Secrets;
using Slipway.Tailscale;

namespace Slipway.Machines.Steps;

/// <summary>Takes the machine's device and key out of the tailnet. It runs after the server is gone, so that nothing can enrol again.</summary>
public sealed class LeaveTailnet(MachineStore machines, TailscaleClient tailscale, TailscaleSettings settings) : Step<MachineState>
{
    public override async Task<StepOutcome> RunAsync(MachineState state, StepContext context, CancellationToken cancellationToken)
    {
        if (await machines.FindAsync(context.Subject, cancellationToken) is not { TailscaleHostname: { } hostname } machine)
        {
            return Done(state, "never joined");
        }

        await RemoveDevicesAsync(tailscale, settings, hostname, machine.HostKey is null ? null : machine.TailscaleNodeId, cancellationToken);
        if (state.AuthKeyId is { } key)
        {
            await tailscale.Keys.DeleteAsync(key, cancellationToken);
        }

        await CreateAuthKey.RevokeAsync(tailscale, CreateAuthKey.Description(machine), cancellationToken);
        return Done(state) with { Also = transaction => SecretStore.DeleteAsync(transaction, context.Subject, CreateAuthKey.SecretName) };
    }

    internal static async Task RemoveDevicesAsync(TailscaleClient tailscale, TailscaleSettings settings, string hostname, string? node, CancellationToken cancellationToken)
    {
        // The node id is what the machine said; the host name and tag are what we gave it. Whatever answers to either is its device.
        var devices = (await tailscale.Devices.ListAsync(new DeviceFilter { Hostname = hostname }, cancellationToken))
            .Where(d => d.Tags.Contains(settings.Tag, StringComparer.Ordinal))
            .Select(d => d.NodeId)
            .Union(node is null ? [] : [node], StringComparer.Ordinal)
            .ToList();
        foreach (var device in devices)
        {
            await tailscale.Devices.DeleteAsync(device, cancellationToken);
        }
    }
}

/// <summary>Takes back the whole of a machine that was to be replaced, of which the server is gone already: what it left in the tailnet, and its place in our books.</summary>
public sealed class ForgetLostMachine(LeaveTailnet leave, RemoveFirewall firewall, ForgetMachine forget) : Step<MachineState>
{
    public override async Task<StepOutcome> RunAsync(MachineState state, StepContext context, CancellationToken cancellationToken)
    {
        var left = await leave.RunAsync(state, context, cancellationToken);
        if (left is not StepOutcome.Done)
        {
            return left;
        }

        await firewall.RunAsync(state, context, cancellationToken);
        var forgotten = await forget.RunAsync(state, context, cancellationToken);
        return forgotten with
        {
            Also = async transaction =>
            {
                await (left.Also?.Invoke(transaction) ?? Task.CompletedTask);
                await forgotten.Also!(transaction);
            },
        };
    }
}
