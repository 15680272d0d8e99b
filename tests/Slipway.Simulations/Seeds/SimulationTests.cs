using Xunit.Abstractions;

namespace Slipway.Simulations;

/// <summary>As many seeds as a minute takes; a failure says its seed, and the seed says everything.</summary>
[Collection(WorldTests.Name)]
public sealed class SimulationTests(ITestOutputHelper output)
{
    private const int Goal = 2000;
    private static readonly TimeSpan Minute = TimeSpan.FromSeconds(60);

    [Fact]
    public void Whatever_goes_wrong_everything_is_as_wanted_once_it_heals()
    {
        using var store = new SqliteDatabases();
        var (run, broken) = Seeds.RunMany(store, first: 1, Goal, Minute);
        output.WriteLine($"{run} seeds");
        broken.ShouldBeEmpty(string.Join('\n', broken.Select(Seeds.Explain)));
        run.ShouldBeGreaterThan(0);
    }

    [Theory]
    [InlineData(1, 20)]
    public void The_same_seed_is_the_same_run_byte_for_byte(int first, int count)
    {
        using var store = new SqliteDatabases();
        var differ = new List<int>();
        Workers.ForEach(Enumerable.Range(first, count), seed =>
        {
            var (one, two) = (Seeds.Run(store, seed), Seeds.Run(store, seed));
            if (one.Log != two.Log || one.Log.Length < 1000)
            {
                lock (differ)
                {
                    differ.Add(seed);
                }
            }

            return true;
        });
        differ.ShouldBeEmpty();
    }
}
