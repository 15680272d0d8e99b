namespace Slipway.Server.Tests.Support;

/// <summary>One system for the tests of a class that leave it as it is.</summary>
public sealed class SharedSystem : IAsyncLifetime
{
    internal TestSystem System { get; private set; } = null!;

    public async Task InitializeAsync() => System = await TestSystem.StartAsync();

    public async Task DisposeAsync() => await System.DisposeAsync();
}
