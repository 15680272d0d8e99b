namespace Slipway.Simulations;

/// <summary>Six mistakes of others, each put in on purpose: the simulations and the kills must find every one.</summary>
[Collection(WorldTests.Name)]
public sealed class PlantedBugTests
{
    private const int Seeds = 2000;

    [Theory]
    [InlineData(nameof(PlantedBug.IdPublishedAtTheEnd), "still costs money")]
    [InlineData(nameof(PlantedBug.RandomName), "server")]
    [InlineData(nameof(PlantedBug.CheckThenInsert), "several operations at once")]
    [InlineData(nameof(PlantedBug.IdStoredAfterTheWait), "still costs money")]
    [InlineData(nameof(PlantedBug.StrangerAdopted), "stranger")]
    [InlineData(nameof(PlantedBug.NapOverWake), "slept over a wake-up")]
    public void T1_T2_T4_T6_T7_T17_are_found_when_they_are_planted(string planted, string words)
    {
        using var store = new SqliteDatabases();
        var (run, broken) = Simulations.Seeds.RunMany(store, first: 1, Seeds, stopAfter: 1, bug: Enum.Parse<PlantedBug>(planted));
        broken.ShouldNotBeEmpty($"{planted} was not found in {run} seeds");
        string.Join('\n', broken[0].Broken).ShouldContain(words);
    }

    [Theory]
    [InlineData(nameof(PlantedBug.IdPublishedAtTheEnd), "provision that fails at Hetzner")]
    [InlineData(nameof(PlantedBug.RandomName), "provision")]
    [InlineData(nameof(PlantedBug.IdStoredAfterTheWait), "provision that is cancelled")]
    [InlineData(nameof(PlantedBug.StrangerAdopted), "provision whose name a stranger has")]
    public void T1_T2_T6_T7_are_found_by_kills_too(string planted, string scenario)
    {
        using var store = new SqliteDatabases();
        var kills = new KillAnywhere(store, Enum.Parse<PlantedBug>(planted));
        var wanted = Scenario.All.First(s => s.Name == scenario);
        var found = false;
        Workers.ForEach([0], _ =>
        {
            found = kills.Run(wanted, null).Broken.Count > 0;
            return true;
        });
        if (!found)
        {
            List<Strike> strikes = [];
            Workers.ForEach([0], _ =>
            {
                strikes = [.. kills.Strikes(wanted)];
                return true;
            });
            found = kills.RunAll(strikes, stopAfter: 1).Count > 0;
        }

        found.ShouldBeTrue();
    }
}
