using System.Text.Json.Nodes;
using Slipway.Agents;

namespace Slipway.Simulations;

/// <summary>A plan from its beginning to its end, undone or not, and how its agent may end.</summary>
/// <param name="Prepare">What comes before; nothing goes wrong in it.</param>
/// <param name="Act">What is struck, effect by effect.</param>
/// <param name="Ends">The statuses the agent may have once all is quiet.</param>
internal sealed record Scenario(string Name, Action<World, Shop> Prepare, Action<World, Shop> Act, params IReadOnlyList<AgentStatus> Ends)
{
    public static IReadOnlyList<Scenario> All { get; } =
    [
        new("provision", Ordered, (_, shop) => shop.Pay(shop.Agents[0]), AgentStatus.Active),
        new("provision by a workflow", OrderedByWorkflow, (_, shop) => shop.Pay(shop.Agents[0]), AgentStatus.Active),
        new(
            "provision by a workflow that is cancelled",
            OrderedByWorkflow,
            (world, shop) =>
            {
                shop.Pay(shop.Agents[0]);
                world.Clock.CreateTimer(_ => shop.Cancel(shop.Agents[0]), null, TimeSpan.FromSeconds(6), Timeout.InfiniteTimeSpan);
            },
            AgentStatus.Closed),
        new(
            "provision by a workflow whose run is lost with the server it made",
            (world, shop) =>
            {
                OrderedByWorkflow(world, shop);
                world.Runner.Fate = place => place == "created" ? RunTrouble.Silent : RunTrouble.None;
            },
            (_, shop) => shop.Pay(shop.Agents[0]),
            AgentStatus.Closed),
        new(
            "provision that fails at Hetzner",
            (world, shop) =>
            {
                Ordered(world, shop);
                Fault(world, new() { ["kind"] = "action_fails", ["action"] = "create_server", ["times"] = 0 });
            },
            (_, shop) => shop.Pay(shop.Agents[0]),
            AgentStatus.Closed),
        new(
            "provision that is cancelled",
            Ordered,
            (world, shop) =>
            {
                shop.Pay(shop.Agents[0]);
                world.Clock.CreateTimer(_ => shop.Cancel(shop.Agents[0]), null, TimeSpan.FromSeconds(4), Timeout.InfiniteTimeSpan);
            },
            AgentStatus.Closed),
        new(
            "provision whose name a stranger has",
            (world, shop) =>
            {
                Ordered(world, shop);
                world.AddStranger(shop.Agents[0]);
                world.RunUntilQuiet(TimeSpan.FromMinutes(1));
            },
            (_, shop) => shop.Pay(shop.Agents[0]),
            AgentStatus.Closed),
        new("stop", Running, (_, shop) => shop.Stop(shop.Agents[0]), AgentStatus.Paused),
        new(
            "stop of a machine that does not listen",
            (world, shop) =>
            {
                Running(world, shop);
                var server = world.Query<long>("SELECT server_id FROM machines")[0];
                world.Side("POST", $"machines/{server}/ignore-shutdown", new() { ["ignore"] = true });
            },
            (_, shop) => shop.Stop(shop.Agents[0]),
            AgentStatus.Paused),
        new("start", Stopped, (_, shop) => shop.Start(shop.Agents[0]), AgentStatus.Active),
        new(
            "start that fails",
            (world, shop) =>
            {
                Stopped(world, shop);
                Fault(world, new() { ["kind"] = "ssh_refuses", ["times"] = 0 });
            },
            (_, shop) => shop.Start(shop.Agents[0]),
            AgentStatus.Paused),
        new("new secrets", Running, (_, shop) => shop.ChangeSecrets(shop.Agents[0], Fixtures.CustomerSecret + "-new"), AgentStatus.Active),
        // What makes it unwell must not stay: an agent that is active at the end is well.
        new("new secrets that do no good", Running, (_, shop) => shop.ChangeSecrets(shop.Agents[0], Fixtures.CustomerSecret + "-simulated-unwell"), AgentStatus.Active),
        new(
            "new secrets of an agent that is destroyed meanwhile",
            Running,
            (world, shop) =>
            {
                shop.ChangeSecrets(shop.Agents[0], Fixtures.CustomerSecret + "-simulated-unwell");
                world.Clock.CreateTimer(_ => shop.Destroy(shop.Agents[0]), null, TimeSpan.FromSeconds(7), Timeout.InfiniteTimeSpan);
            },
            AgentStatus.Closed),
        new("snapshot", Running, (_, shop) => shop.Snapshot(shop.Agents[0]), AgentStatus.Active),
        new(
            "snapshot that fails",
            (world, shop) =>
            {
                Running(world, shop);
                Fault(world, new() { ["kind"] = "action_fails", ["action"] = "create_image", ["times"] = 0 });
            },
            (_, shop) => shop.Snapshot(shop.Agents[0]),
            AgentStatus.Active),
        new("snapshot of an agent that is destroyed meanwhile", Running, Then((_, shop) => shop.Snapshot(shop.Agents[0]), 2), AgentStatus.Closed),
        new("resize", Running, (_, shop) => shop.Resize(shop.Agents[0], "cx33"), AgentStatus.Active),
        new("resize of a stopped machine", Stopped, (_, shop) => shop.Resize(shop.Agents[0], "cx33"), AgentStatus.Paused),
        new(
            "resize that Hetzner has no room for",
            (world, shop) =>
            {
                Running(world, shop);
                Fault(world, new() { ["kind"] = "sold_out", ["server_type"] = "cx33", ["times"] = 0, ["listed"] = "yes" });
            },
            (_, shop) => shop.Resize(shop.Agents[0], "cx33"),
            AgentStatus.Active),
        new(
            "resize that does no good",
            (world, shop) =>
            {
                Running(world, shop);
                Fault(world, new() { ["kind"] = "ssh_refuses", ["times"] = 9 });
            },
            (_, shop) => shop.Resize(shop.Agents[0], "cx33"),
            AgentStatus.Active),
        new("resize of an agent that is destroyed meanwhile", Running, Then((_, shop) => shop.Resize(shop.Agents[0], "cx33"), 4), AgentStatus.Closed),
        new("rebuild", Running, (_, shop) => shop.Rebuild(shop.Agents[0]), AgentStatus.Active),
        new(
            "rebuild that Hetzner refuses",
            (world, shop) =>
            {
                Running(world, shop);
                var server = world.Query<long>("SELECT server_id FROM machines")[0];
                world.AskHetzner("POST", $"servers/{server}/actions/change_protection", new() { ["delete"] = true, ["rebuild"] = true });
            },
            (_, shop) => shop.Rebuild(shop.Agents[0]),
            AgentStatus.Active),
        new(
            "rebuild that fails",
            (world, shop) =>
            {
                Running(world, shop);
                shop.Snapshot(shop.Agents[0]);
                world.RunUntilQuiet(TimeSpan.FromHours(1));
                Fault(world, new() { ["kind"] = "cloud_init_fails", ["times"] = 0 });
                Fault(world, new() { ["kind"] = "ssh_refuses", ["times"] = 0 });
            },
            (_, shop) => shop.Rebuild(shop.Agents[0]),
            AgentStatus.Error),
        new("rebuild of an agent that is destroyed meanwhile", Running, Then((_, shop) => shop.Rebuild(shop.Agents[0]), 4), AgentStatus.Closed),
        new(
            "destroy of an agent with a snapshot",
            (world, shop) =>
            {
                Running(world, shop);
                shop.Snapshot(shop.Agents[0]);
                world.RunUntilQuiet(TimeSpan.FromHours(1));
            },
            (_, shop) => shop.Destroy(shop.Agents[0]),
            AgentStatus.Closed),
        new("update", Running, (_, shop) => shop.Update(shop.Agents[0], Fixtures.NewVersion), AgentStatus.Active),
        // What makes it unwell must not stay, and is not called its version.
        new("update that does no good", Running, (_, shop) => shop.Update(shop.Agents[0], Fixtures.BadVersion), AgentStatus.Active),
        new(
            "update of an agent that is destroyed meanwhile",
            Running,
            (world, shop) =>
            {
                shop.Update(shop.Agents[0], Fixtures.BadVersion);
                world.Clock.CreateTimer(_ => shop.Destroy(shop.Agents[0]), null, TimeSpan.FromSeconds(7), Timeout.InfiniteTimeSpan);
            },
            AgentStatus.Closed),
        new("roll-out", TwoRunning, (_, shop) => shop.RollOut(Fixtures.NewVersion), AgentStatus.Active),
        new("roll-out that its canary stops", TwoRunning, (_, shop) => shop.RollOut(Fixtures.BadVersion), AgentStatus.Active),
        new("destroy", Running, (_, shop) => shop.Destroy(shop.Agents[0]), AgentStatus.Closed),
        new("subscription that ends", Running, (_, shop) => shop.Cancel(shop.Agents[0]), AgentStatus.Closed),
        new("subscription that ends while the machine is stopped", Stopped, (_, shop) => shop.Cancel(shop.Agents[0]), AgentStatus.Closed),
        new(
            "subscription that ended before its checkout was told",
            (world, shop) =>
            {
                Ordered(world, shop);
                shop.Cancel(shop.Agents[0]);
            },
            (_, shop) => shop.Pay(shop.Agents[0]),
            AgentStatus.Closed),
        new(
            "retry of a provision that failed",
            (world, shop) =>
            {
                Ordered(world, shop);
                Fault(world, new() { ["kind"] = "action_fails", ["action"] = "create_server", ["times"] = 0 });
                shop.Grant(shop.Agents[0]);
                world.RunUntilQuiet(TimeSpan.FromHours(1));
                world.Side("DELETE", "faults");
            },
            (_, shop) => shop.Retry(shop.Agents[0]),
            AgentStatus.Active),
    ];

    public override string ToString() => Name;

    private static void Ordered(World world, Shop shop) => shop.Order();

    private static void OrderedByWorkflow(World world, Shop shop)
    {
        world.ByWorkflow = true;
        shop.Order();
    }

    private static void Running(World world, Shop shop)
    {
        shop.Pay(shop.Order());
        world.RunUntilQuiet(TimeSpan.FromHours(1));
    }

    private static void TwoRunning(World world, Shop shop)
    {
        Running(world, shop);
        shop.Pay(shop.Order());
        world.RunUntilQuiet(TimeSpan.FromHours(1));
    }

    private static void Stopped(World world, Shop shop)
    {
        Running(world, shop);
        shop.Stop(shop.Agents[0]);
        world.RunUntilQuiet(TimeSpan.FromHours(1));
    }

    /// <summary>Something, and some seconds later a destroy.</summary>
    private static Action<World, Shop> Then(Action<World, Shop> first, int seconds) => (world, shop) =>
    {
        first(world, shop);
        world.Clock.CreateTimer(_ => shop.Destroy(shop.Agents[0]), null, TimeSpan.FromSeconds(seconds), Timeout.InfiniteTimeSpan);
    };

    private static void Fault(World world, JsonObject fault) => world.Side("POST", "faults", fault);
}
