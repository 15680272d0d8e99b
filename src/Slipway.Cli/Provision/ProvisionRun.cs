using System.Globalization;
using Slipway.Client;
using Slipway.Hetzner;
using Slipway.Tailscale;

namespace Slipway.Cli.Provision;

/// <summary>
/// Makes one server for one job: key, server, and the proof that the machine is in the tailnet. It takes nothing back: the server, which knows every name
/// before it is used, does that whatever becomes of the run.
/// </summary>
internal sealed class ProvisionRun(ProvisionSettings settings, WorkflowReports reports, CliEnvironment environment) : IDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan JoinLimit = TimeSpan.FromMinutes(8);

    private readonly HetznerClient _hetzner = new(
        new HetznerOptions { Token = settings.HetznerToken, BaseUrl = settings.HetznerUrl ?? new HetznerOptions().BaseUrl, Application = "slipway-provision/0.1" },
        timeProvider: environment.Time);

    private TailscaleClient? _tailscale;

    /// <summary>Where it is; what it failed at, if it fails.</summary>
    public string Step { get; private set; } = "claim-job";

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var job = await reports.ClaimAsync(cancellationToken);
        var key = job.Tailnet is { } wanted ? await CreateKeyAsync(wanted, cancellationToken) : null;
        Begin("fetch-order");
        var order = await reports.KeyedAsync(key?.Id, key?.Key, cancellationToken);
        var server = await CreateServerAsync(order, cancellationToken);
        var address = job.Tailnet is { } tailnet ? await AwaitEnrolmentAsync(tailnet, key!, cancellationToken) : null;
        Begin("write-outputs");
        await WriteOutputsAsync(server, address, cancellationToken);
        await reports.RunningAsync(server.Id, server.PublicNet.Ipv4?.Ip, address, cancellationToken);
    }

    public void Dispose()
    {
        _hetzner.Dispose();
        _tailscale?.Dispose();
    }

    private async Task<AuthKey> CreateKeyAsync(WorkflowTailnet tailnet, CancellationToken cancellationToken)
    {
        Begin("create-auth-key");
        _tailscale = new TailscaleClient(
            new TailscaleOptions
            {
                ClientId = settings.TailscaleClientId,
                ClientSecret = settings.TailscaleClientSecret,
                BaseUrl = settings.TailscaleUrl ?? new TailscaleOptions { ClientId = "", ClientSecret = "" }.BaseUrl,
            },
            timeProvider: environment.Time);
        return await _tailscale.Keys.CreateAsync(
            new CreateAuthKeyRequest { Tags = [tailnet.Tag], Ephemeral = tailnet.Ephemeral, Description = tailnet.KeyDescription }, cancellationToken);
    }

    private async Task<Server> CreateServerAsync(WorkflowServer order, CancellationToken cancellationToken)
    {
        Begin("create-server");
        var made = await _hetzner.Servers.CreateOrAdoptAsync(
            new CreateServerRequest
            {
                Name = order.Name,
                ServerType = order.ServerType,
                Image = order.Image,
                Labels = order.Labels,
                Firewalls = order.Firewalls,
                UserData = order.UserData,
            },
            PlacementPlan.InOrder(order.Locations.Select(location => new Placement(order.ServerType, location))),
            mayExist: false,
            cancellationToken);
        await reports.CreatedAsync(made.Server.Id, cancellationToken);
        Begin("await-running");
        await Task.WhenAll(made.Actions.Select(action => _hetzner.Actions.WaitAsync(action.Id, StartLimit, cancellationToken: cancellationToken)));
        return made.Server;
    }

    private async Task<string> AwaitEnrolmentAsync(WorkflowTailnet tailnet, AuthKey key, CancellationToken cancellationToken)
    {
        Begin("verify-enrolment");
        var device = await _tailscale!.Devices.WaitForHostnameAsync(tailnet.Hostname, tailnet.Tag, JoinLimit, cancellationToken);
        return device.Ipv4 ?? throw new InvalidOperationException($"Device '{tailnet.Hostname}' ({key.Id}) joined without an IPv4 address.");
    }

    private async Task WriteOutputsAsync(Server server, string? tailscaleIp, CancellationToken cancellationToken)
    {
        var outputs = string.Create(
            CultureInfo.InvariantCulture, $"server_id={server.Id}\nserver_ip={server.PublicNet.Ipv4?.Ip}\ntailscale_ip={tailscaleIp}\n");
        if (settings.OutputFile is { } file)
        {
            await File.AppendAllTextAsync(file, outputs, cancellationToken);
        }
        else
        {
            await environment.Output.WriteAsync(outputs);
        }
    }

    private void Begin(string step)
    {
        Step = step;
        environment.Error.WriteLine(step);
    }
}
