using Xunit.Abstractions;

namespace Slipway.Simulations;

/// <summary>Two thousand seeds; a failure says its seed, and the seed says everything.</summary>
public sealed class SimulationTests(ITestOutputHelper output)
{
    [Fact]
    public void Whatever_goes_wrong_everything_is_as_wanted_once_it_heals()
    {
        var (code, said) = Self.Run("--seeds", "2000");
        output.WriteLine(said);
        code.ShouldBe(0, said);
        said.ShouldContain("2000 seeds, 0 broken");
    }

    [Fact]
    public void The_same_seed_is_the_same_run_byte_for_byte()
    {
        var (code, said) = Self.Run("--twice", "25");
        code.ShouldBe(0, said);
        said.ShouldContain("25 seeds twice, 0 differ");
    }
}
