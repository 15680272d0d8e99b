namespace Slipway.Simulations;

/// <summary>Six mistakes of others, each put in on purpose: the simulations must find every one, and the kills those that they can meet.</summary>
public sealed class PlantedBugTests
{
    [Theory]
    [InlineData(nameof(PlantedBug.IdPublishedAtTheEnd), "its server still costs money")]
    [InlineData(nameof(PlantedBug.RandomName), "its server still costs money")]
    [InlineData(nameof(PlantedBug.CheckThenInsert), "has several operations at once")]
    [InlineData(nameof(PlantedBug.IdStoredAfterTheWait), "its server still costs money")]
    [InlineData(nameof(PlantedBug.StrangerAdopted), "was a stranger's and was deleted")]
    [InlineData(nameof(PlantedBug.NapOverWake), "slept over a wake-up")]
    public void Trap1_Trap2_Trap4_T6_T7_T17_are_found_by_simulations_when_they_are_planted(string bug, string words)
    {
        var (code, said) = Self.Run("--seeds", "2000", "--enough", "3", "--bug", bug);
        code.ShouldBe(1, $"{bug} was not found: {said}");
        said.ShouldContain(words);
    }

    [Theory]
    [InlineData(nameof(PlantedBug.IdPublishedAtTheEnd), "provision that fails at Hetzner")]
    [InlineData(nameof(PlantedBug.RandomName), "provision")]
    [InlineData(nameof(PlantedBug.IdStoredAfterTheWait), "provision that is cancelled")]
    [InlineData(nameof(PlantedBug.StrangerAdopted), "provision whose name a stranger has")]
    public void Trap1_Trap2_T6_T7_are_found_by_kills_when_they_are_planted(string bug, string scenario)
    {
        var (code, said) = Self.Run("--kills", "--scenario", scenario, "--enough", "1", "--bug", bug);
        code.ShouldBe(1, $"{bug} was not found: {said}");
    }
}
