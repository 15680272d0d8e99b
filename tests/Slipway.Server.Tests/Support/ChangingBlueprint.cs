using Slipway.Client;
using Slipway.Testing;

namespace Slipway.Server.Tests.Support;

/// <summary>A server whose one blueprint changes as an operator changes it: by another file and a restart.</summary>
internal sealed class ChangingBlueprint : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private TestSystem? _system;

    public TestSystem System => _system!;

    public static async Task<ChangingBlueprint> StartAsync()
    {
        var changing = new ChangingBlueprint();
        await changing.WriteAsync(text => text);
        changing._system = await TestSystem.StartAsync(new Dictionary<string, string> { ["Machines:BlueprintDirectory"] = changing._directory.Path });
        return changing;
    }

    /// <summary>Offers a version that differs in its unit's description; one with <c>simulated-unwell</c> in it does no agent any good.</summary>
    public Task<string> OfferAsync(string version) => OfferAsync(text => text.Replace("Description=Hello agent", "Description=Hello agent " + version, StringComparison.Ordinal));

    /// <returns>The version's digest.</returns>
    public async Task<string> OfferAsync(Func<string, string> change)
    {
        await System.StopServerAsync();
        await WriteAsync(change);
        await System.StartServerAsync();
        return (await System.Client.Blueprints.GetAsync("hello")).Digest;
    }

    public async Task<IReadOnlyList<AgentResource>> RunningAgentsAsync(int count)
    {
        var agents = new List<AgentResource>();
        while (agents.Count < count)
        {
            agents.Add(await System.RunningAgentAsync());
        }

        return agents;
    }

    public async Task<string?> VersionAsync(string agent) => (await System.Client.Agents.GetAsync(agent)).BlueprintDigest;

    public async ValueTask DisposeAsync()
    {
        if (_system is not null)
        {
            await _system.DisposeAsync();
        }

        _directory.Dispose();
    }

    private async Task WriteAsync(Func<string, string> change) =>
        await File.WriteAllTextAsync(_directory.File("hello.yaml"), change(await File.ReadAllTextAsync(Path.Combine(SourceTree.Blueprints, "hello.yaml"))));
}
