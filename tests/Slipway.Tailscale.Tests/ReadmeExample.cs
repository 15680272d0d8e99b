namespace Slipway.Tailscale.Tests;

internal static class ReadmeExample
{
    public static async Task<string?> RunAsync(TailscaleClient tailscale, CancellationToken cancellationToken)
    {
        // example
        AuthKey key = await tailscale.Keys.CreateAsync(
            new CreateAuthKeyRequest { Tags = ["tag:agent"], Description = "order-3f9a2c" }, cancellationToken);

        // Hand key.Key to the new machine, which joins as vm-3f9a2c-a1.
        Device device = await tailscale.Devices.WaitForHostnameAsync(
            "vm-3f9a2c-a1", "tag:agent", timeout: TimeSpan.FromMinutes(5), createdNotBefore: key.Created, cancellationToken);

        var problems = Enrolment.Check(
            device, new EnrolmentExpectation { Hostname = "vm-3f9a2c-a1", Tags = ["tag:agent"], KeyCreated = key.Created!.Value });
        if (problems.Count > 0)
        {
            throw new InvalidOperationException(string.Join(' ', problems));
        }

        string? address = device.Ipv4;

        // When the machine is gone:
        await tailscale.Devices.DeleteAsync(device.NodeId, cancellationToken);
        // end
        return address;
    }
}
