namespace Slipway.Simulations;

/// <summary>A process that stands still for longer than its lease, and goes on as if nothing had happened.</summary>
[Collection(WorldTests.Name)]
public sealed class HungNodeTests(Worlds worlds)
{
    [Fact]
    public void A_node_that_hung_at_any_effect_makes_nothing_when_it_comes_back_while_another_takes_it_all_away()
    {
        var effects = worlds.Run((world, shop) => Live(world, shop, hangAt: null)).Effects;

        effects.ShouldBeGreaterThan(20);
        foreach (var effect in Enumerable.Range(1, effects))
        {
            var (_, hung, broken) = worlds.Run((world, shop) => Live(world, shop, effect));

            hung.ShouldBeTrue($"effect {effect} came");
            broken.ShouldBeEmpty($"a node hung at effect {effect} of {effects}");
        }
    }

    private static (int Effects, bool Hung, IReadOnlyList<string> Broken) Live(World world, Shop shop, int? hangAt)
    {
        world.StartNode();
        var agent = shop.Order();
        var effects = 0;
        var hung = false;
        world.WatchFromNow();
        world.Fate = effect =>
        {
            effects = effect.Number;
            hung |= effect.Number == hangAt;
            return effect.Number == hangAt ? Trouble.Hang : Trouble.None;
        };
        shop.Pay(agent);
        world.RunUntilQuiet(TimeSpan.FromHours(1));
        var all = effects;

        // Between the server's removal and its row's: what is made now is made for nobody, and the row that it needs is still there.
        world.Before = effect =>
        {
            if (effect.Name.StartsWith("GET /api/v2/tailnet/-/devices", StringComparison.Ordinal))
            {
                world.Before = null;
                world.Pause = () =>
                {
                    world.Pause = null;
                    return TimeSpan.FromSeconds(30);
                };
                ComeBack(world);
            }
        };
        shop.Destroy(agent);
        world.RunUntilQuiet(TimeSpan.FromHours(1));
        ComeBack(world);
        world.RunUntilQuiet(TimeSpan.FromHours(1));
        return (all, hung, new Invariants(world).Check());
    }

    private static void ComeBack(World world) => world.Nodes.Where(n => n.IsHung).ToList().ForEach(n => n.ComeBack());
}
