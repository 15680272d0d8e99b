using Xunit.Abstractions;

namespace Slipway.Simulations;

/// <summary>Every plan × every effect × every trouble, in virtual time: whatever dies, what was wanted comes to be or is taken back whole.</summary>
public sealed class KillAnywhereTests(ITestOutputHelper output)
{
    [Fact]
    public void O5_Trouble_at_any_effect_of_any_plan_leaves_nothing_undone_on_SQLite() => StrikeEverywhere("--kills");

    [Fact]
    public void O5_Trouble_at_any_effect_of_any_plan_leaves_nothing_undone_on_PostgreSQL() => StrikeEverywhere("--kills", "--postgres");

    private void StrikeEverywhere(params string[] options)
    {
        var (code, said) = Self.Run(options);
        output.WriteLine(said);
        code.ShouldBe(0, said);
        foreach (var scenario in Scenario.All)
        {
            said.ShouldContain($"{scenario.Name}: ", customMessage: "every scenario is struck");
        }
    }
}
