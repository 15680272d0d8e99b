using Slipway.Tests.Storage;
using Xunit.Abstractions;

namespace Slipway.Simulations;

/// <summary>Every plan × every effect × every trouble, in virtual time: whatever dies, what was wanted comes to be or is taken back whole.</summary>
[Collection(WorldTests.Name)]
public sealed class KillAnywhereTests(ITestOutputHelper output, PostgresServer postgres)
{
    public static TheoryData<string> Scenarios => new(Scenario.All.Select(s => s.Name));

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void O5_a_kill_at_any_effect_leaves_nothing_undone_on_SQLite(string scenario)
    {
        using var store = new SqliteDatabases();
        StrikeEverywhere(store, scenario);
    }

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void O5_a_kill_at_any_effect_leaves_nothing_undone_on_PostgreSQL(string scenario)
    {
        using var store = new PostgresDatabases(postgres);
        StrikeEverywhere(store, scenario);
    }

    private void StrikeEverywhere(WorldDatabase store, string name)
    {
        var kills = new KillAnywhere(store);
        var strikes = OnOwnThread(() => kills.Strikes(Scenario.All.First(s => s.Name == name)).ToList());
        var failures = kills.RunAll(strikes);
        output.WriteLine($"{strikes.Count} strikes at {strikes.Select(s => s.Effect.Number).Distinct().Count()} effects, {failures.Count} broken");
        failures.ShouldBeEmpty(string.Join('\n', failures));
        strikes.Count.ShouldBeGreaterThan(20, "the harness sees the effects");
    }

    private static T OnOwnThread<T>(Func<T> work)
    {
        T? result = default;
        Workers.ForEach([0], _ =>
        {
            result = work();
            return true;
        });
        return result!;
    }
}

[CollectionDefinition(Name)]
public sealed class WorldTests : ICollectionFixture<PostgresServer>
{
    public const string Name = "Worlds";
}
