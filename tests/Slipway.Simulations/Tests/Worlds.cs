[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Slipway.Simulations;

/// <summary>Worlds inside of the test process, for tests that look into them.</summary>
public sealed class Worlds : IAsyncLifetime, IDisposable
{
    private readonly SqliteDatabases _databases = new();

    /// <summary>Runs it in a world of its own, on a thread of its own.</summary>
    internal T Run<T>(Func<World, Shop, T> work) => Workers.Once(() =>
    {
        using var world = new World(_databases, seed: 1);
        world.StartNode();
        return work(world, new Shop(world));
    });

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await Fixtures.DisposeAsync();

    public void Dispose() => _databases.Dispose();
}

[CollectionDefinition(Name)]
public sealed class WorldTests : ICollectionFixture<Worlds>
{
    public const string Name = "worlds";
}
