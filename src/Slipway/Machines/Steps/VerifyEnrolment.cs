using Slipway.Operations;
using Slipway.Secrets;
using Slipway.Tailscale;

namespace Slipway.Machines.Steps;

/// <summary>Believes that the machine is in the tailnet when Tailscale says the same of the very node the machine named.</summary>
public sealed class VerifyEnrolment(MachineStore machines, TailscaleClient tailscale, TailscaleSettings settings) : Step<MachineState>
{
    public override TimeSpan Patience => TimeSpan.FromMinutes(3);

    public override async Task<StepOutcome> RunAsync(MachineState state, StepContext context, CancellationToken cancellationToken)
    {
        var machine = await machines.GetAsync(context.Subject, cancellationToken);
        if (machine.TailscaleHostname is null)
        {
            return Done(state, "not wanted");
        }

        var device = machine.TailscaleNodeId is { } node
            ? await tailscale.Devices.FindAsync(node, cancellationToken)
            : await OnlyDeviceAsync(machine, cancellationToken);
        if (device is null)
        {
            return Wait(context.Now.AddSeconds(3), $"No device '{machine.TailscaleHostname}' is in the tailnet yet.");
        }

        var problems = Enrolment.Check(device, new EnrolmentExpectation
        {
            Hostname = machine.TailscaleHostname,
            Tags = [settings.Tag],
            Address = machine.TailscaleIp,
            KeyCreated = state.AuthKeyCreatedAt!.Value,
            NodeId = machine.TailscaleNodeId,
        });
        if (problems.Count > 0)
        {
            return Fail($"The device that enrolled as '{machine.TailscaleHostname}' is not the one expected: {string.Join(" ", problems)}");
        }

        // A single-use key is spent by now; deleting it makes that certain.
        await tailscale.Keys.DeleteAsync(state.AuthKeyId!, cancellationToken);
        return Done(state with { AuthKeyId = null }, device.Ipv4) with
        {
            Also = async transaction =>
            {
                await machines.SetTailscaleAsync(transaction, context.Subject, device.NodeId, device.Ipv4);
                await SecretStore.DeleteAsync(transaction, context.Subject, CreateAuthKey.SecretName);
            },
        };
    }

    private async Task<Device?> OnlyDeviceAsync(Machine machine, CancellationToken cancellationToken)
    {
        var found = (await tailscale.Devices.ListAsync(new DeviceFilter { Hostname = machine.TailscaleHostname }, cancellationToken))
            .Where(d => d.Tags.Contains(settings.Tag, StringComparer.Ordinal))
            .ToList();
        return found.Count == 1 ? found[0] : null;
    }
}
