namespace Slipway.Hetzner.Tests;

/// <summary>The example of the package's README, compiled. A test compares the two.</summary>
internal static class ReadmeExample
{
    public static async Task<string> RunAsync(string token, HttpMessageHandler transport, TimeProvider timeProvider)
    {
        using var hetzner = new HetznerClient(new HetznerOptions { Token = token }, transport, timeProvider);
        // <example>
        var order = new CreateServerRequest { Name = "web-1", ServerType = "cx23", Image = "debian-12", Location = "nbg1", SshKeys = ["laptop"] };
        var made = await hetzner.Servers.CreateAsync(order);
        foreach (var action in made.NextActions.Prepend(made.Action))
        {
            await hetzner.Actions.WaitAsync(action.Id);
        }

        var server = await hetzner.Servers.GetAsync(made.Server.Id);
        Console.WriteLine($"{server.Name} is {server.Status} at {server.PublicNet.Ipv4?.Ip} and {server.PublicNet.Ipv6?.HostAddress}");
        await hetzner.Servers.DeleteAsync(server.Id);
        // </example>
        return server.Status;
    }
}
