using System.Globalization;
using Slipway.Client;
using Slipway.EndToEnd.Cluster;
using Slipway.Testing;

namespace Slipway.EndToEnd.Agents;

/// <summary>One LocalCloud with real machines, one server, and the outside that machines install from; shared by the tests of agents.</summary>
public sealed class RealStack : IAsyncLifetime, IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private CloudProcess? _cloud;
    private ServerProcess? _server;
    private Outside? _outside;

    internal Outside Outside => _outside!;

    internal ServerProcess Server => _server!;

    internal CloudProcess Cloud => _cloud!;

    internal SlipwayClient Client => _server!.Client!;

    public async Task InitializeAsync()
    {
        var repository = _directory.File("assistant.git");
        _outside = await Outside.StartAsync(repository);
        var port = CloudProcess.FreePort();
        _cloud = await CloudProcess.StartAsync(port, _outside.Port);
        var outside = $"http://{_cloud.Host}:{_outside.Port.ToString(CultureInfo.InvariantCulture)}";
        await GitServer.MakeAsync(repository, Path.Combine(AppContext.BaseDirectory, "Agents", "assistant"), ("telegram.txt", outside));

        var blueprints = Directory.CreateDirectory(_directory.File("blueprints")).FullName;
        foreach (var file in Directory.GetFiles(Path.Combine(DemoProcess.Repository, "blueprints"), "*.yaml"))
        {
            File.Copy(file, Path.Combine(blueprints, Path.GetFileName(file)));
        }

        await File.WriteAllTextAsync(Path.Combine(blueprints, "hostile.yaml"), Hostile.Yaml);
        await File.WriteAllTextAsync(Path.Combine(blueprints, "fussy.yaml"), Fussy.Yaml);

        _server = new ServerProcess(
            _cloud.BaseUrl,
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["Machines:PublicUrl"] = $"http://{_cloud.Host}:{port.ToString(CultureInfo.InvariantCulture)}",
                ["Machines:ControlPlaneAddresses:0"] = $"{_cloud.Host}/32",
                ["Machines:BlueprintDirectory"] = blueprints,
                ["Machines:SshRoute"] = "Tailscale",
                ["Hetzner:UseSideChannel"] = "false",
                ["Blueprints:rachel8:Parameters:BUN_INSTALLER_URL"] = $"{outside}/bun/install",
                ["Blueprints:rachel8:Parameters:CLAUDE_CODE_INSTALLER_URL"] = $"{outside}/claude/install",
                ["Blueprints:rachel8:Parameters:REPOSITORY_URL"] = $"{outside}/assistant.git",
                ["Blueprints:rachel8:Parameters:ANTHROPIC_BASE_URL"] = outside,
                ["Blueprints:openclaw:Parameters:OPENCLAW_INSTALLER_URL"] = $"{outside}/openclaw/install",
                ["Blueprints:claude-code:Parameters:CLAUDE_CODE_INSTALLER_URL"] = $"{outside}/claude/install",
                ["Blueprints:claude-code:Parameters:ANTHROPIC_BASE_URL"] = outside,
            },
            port);
        await _server.StartAsync();
    }

    /// <summary>Puts another version of a blueprint beside the others, and has the server read it as an operator does: by a restart.</summary>
    internal async Task OfferAsync(string blueprint, string yaml)
    {
        await Server.StopAsync();
        await File.WriteAllTextAsync(Path.Combine(_directory.File("blueprints"), blueprint + ".yaml"), yaml);
        await Server.StartAsync();
    }

    /// <summary>Orders an agent without a payment and returns when it runs.</summary>
    internal async Task<AgentResource> ProvisionAsync(string blueprint, IReadOnlyDictionary<string, string> secrets)
    {
        var agent = await Client.Agents.CreateAsync(new CreateAgentRequest { Blueprint = blueprint, Secrets = secrets, WithoutPayment = true });
        await FinishAsync(agent.Operation!);
        return await Client.Agents.GetAsync(agent.Id);
    }

    /// <summary>Returns when the operation has succeeded.</summary>
    internal async Task<OperationResource> FinishAsync(string operation)
    {
        var ended = await EndAsync(operation);
        ended.Status.ShouldBe("succeeded", ended.Error);
        return ended;
    }

    /// <summary>Returns when the operation has ended, however.</summary>
    internal async Task<OperationResource> EndAsync(string operation)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        await foreach (var happened in Client.Operations.FollowAsync(operation, cancellationToken: limit.Token))
        {
            if (happened is OperationFinished finished)
            {
                return finished.Operation;
            }
        }

        throw new InvalidOperationException($"The events of {operation} ended before it did.");
    }

    internal static RealMachine Inside(AgentResource agent) => new(agent.Machine.ShouldNotBeNull().Name);

    ValueTask IAsyncDisposable.DisposeAsync() => new(DisposeAsync());

    public async Task DisposeAsync()
    {
        _server?.Dispose();
        if (_outside is not null)
        {
            await _outside.DisposeAsync();
        }

        if (_cloud is not null)
        {
            await _cloud.DisposeAsync();
            (await Kernel.FindLeftoversAsync(_cloud.Octet)).ShouldBeEmpty();
        }

        _directory.Dispose();
    }
}

/// <summary>Beside no other test: the demo's tests look for machines of any LocalCloud.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class RealAgents : ICollectionFixture<RealStack>
{
    public const string Name = "Real agents";
}
