namespace Slipway.Hetzner.Tests;

/// <summary>The example of the package's README, compiled. A test compares the two.</summary>
internal static class ReadmeExample
{
    public static async Task<string> RunAsync(string token, HttpMessageHandler transport, TimeProvider timeProvider)
    {
        using var hetzner = new HetznerClient(new HetznerOptions { Token = token }, transport, timeProvider);
        // <example>
        var plan = await hetzner.Servers.PlanAsync(["cx23", "cpx22"], PlacementArea.AnyEu);
        var labels = new Dictionary<string, string> { ["order"] = "4711" };
        var order = new CreateServerRequest { Name = "web-1", ServerType = "cx23", Image = "debian-12", SshKeys = ["laptop"], Labels = labels };
        var made = await hetzner.Servers.CreateOrAdoptAsync(order, plan);
        foreach (var action in made.Actions)
        {
            await hetzner.Actions.WaitAsync(action.Id);
        }

        var server = await hetzner.Servers.GetAsync(made.Server.Id);
        Console.WriteLine($"{server.Name} is {server.Status} in {server.Location.Name} at {server.PublicNet.Ipv4?.Ip} and {server.PublicNet.Ipv6?.HostAddress}");
        await hetzner.Servers.DeleteAsync(server.Id);
        // </example>
        return server.Status;
    }
}
