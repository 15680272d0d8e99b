using System.Text.Json.Nodes;

namespace Slipway.Simulations;

/// <summary>How one seed ended: its whole log, and what was broken at the end or on the way.</summary>
internal sealed record SimulationResult(int Seed, IReadOnlyList<string> Broken, string Log);

/// <summary>A seeded life: several nodes on one database, customers and operators, and everything that can go wrong, until all heals.</summary>
internal sealed class Simulation : IDisposable
{
    private const int MostAgents = 3;

    /// <summary>One seed in so many has its machines made by workflow runs.</summary>
    private const int ByWorkflow = 5;
    private readonly int _seed;
    private readonly World _world;
    private readonly Shop _shop;
    private readonly List<(int Weight, Action Act)> _acts;
    private readonly double _troubled;
    private readonly double _paused;
    private Node? _aboutToHang;
    private bool _healed;

    public Simulation(WorldDatabase store, int seed, PlantedBug bug = PlantedBug.None)
    {
        _seed = seed;
        _world = new World(store, seed, bug, reusesLeases: false);
        _shop = new Shop(_world);
        _acts =
        [
            (30, Advance), (40, CarryDue), (5, Order), (6, TellAgain), (3, CancelSubscription), (4, Stop), (4, Start), (2, Destroy), (3, Retry),
            (2, Snapshot), (2, Resize), (2, Rebuild),
            (4, Crash), (3, Hang), (4, ComeBack), (10, Fault), (3, ClearFaults),
        ];
        _troubled = Dice.NextDouble() * 0.06;
        if (seed % ByWorkflow == 0)
        {
            _world.ByWorkflow = true;
            _world.Runner.Queue = () => TimeSpan.FromSeconds(Dice.Next(30));
            _world.Runner.Fate = FateOfRun;
        }

        _paused = Dice.NextDouble() * 0.06;
    }

    public string Log => _world.Log.ToString();

    private Random Dice => _world.Random;

    public SimulationResult Run()
    {
        for (var node = 0; node < 1 + Dice.Next(3); node++)
        {
            _world.StartNode();
        }

        _world.Fate = Fate;
        _world.Pause = () => Dice.NextDouble() < _paused ? TimeSpan.FromMilliseconds(Dice.Next(8000)) : null;
        Order();
        // Most lives are short: what goes wrong goes wrong in combinations of a few things, and two short lives are two combinations.
        var ticks = Dice.Next(8) == 0 ? 80 + Dice.Next(80) : 15 + Dice.Next(40);
        for (var tick = 0; tick < ticks; tick++)
        {
            Choose();
            _world.Pump.Drain();
            _world.ReplaceDead();
        }

        Heal();
        List<string> broken = [.. new Invariants(_world).Check()];
        if (_shop.Open > 0)
        {
            broken.Add("somebody outside never got an answer");
        }

        return new SimulationResult(_seed, broken, _world.Log.ToString());
    }

    public void Dispose() => _world.Dispose();

    private void Choose()
    {
        var roll = Dice.Next(_acts.Sum(a => a.Weight));
        foreach (var (weight, act) in _acts)
        {
            roll -= weight;
            if (roll < 0)
            {
                act();
                return;
            }
        }
    }

    /// <summary>Faults end, hung nodes come back, dead ones are replaced, and time goes on until nobody has anything to do.</summary>
    private void Heal()
    {
        _world.Note("world", "heals");
        _healed = true;
        _world.Fate = null;
        _world.Pause = null;
        _aboutToHang = null;
        ClearFaults();
        _world.Nodes.Where(n => n.IsHung).ToList().ForEach(n => n.ComeBack());
        _world.RunUntilQuiet(TimeSpan.FromDays(1));
    }

    private Trouble Fate(Effect effect)
    {
        if (_aboutToHang is { IsAlive: true } && _aboutToHang.Name == effect.Node)
        {
            _aboutToHang = null;
            return Trouble.Hang;
        }

        if (Dice.NextDouble() >= _troubled)
        {
            return Trouble.None;
        }

        return Dice.Next(6) switch
        {
            0 => Trouble.DieBefore,
            1 => Trouble.DieAfter,
            2 or 3 => Trouble.LoseAnswer,
            4 => Trouble.Repeat,
            _ => Trouble.Hang,
        };
    }

    private RunTrouble FateOfRun(string place) => _healed || Dice.NextDouble() >= 4 * _troubled ? RunTrouble.None : (RunTrouble)(1 + Dice.Next(4));

    /// <summary>Time goes on, and with it everything but the operations: whether those are carried on is another throw of the dice.</summary>
    private void Advance()
    {
        var most = Dice.Next(4) switch { 0 => 1, 1 => 5, 2 => 30, _ => 150 };
        var until = _world.Clock.Now + TimeSpan.FromMilliseconds(Dice.Next(most * 1000));
        while (_world.Clock.FireNext(until))
        {
            _world.Pump.Drain();
        }
    }

    private void CarryDue()
    {
        var due = _world.Due();
        var nodes = Awake();
        if (due.Count == 0 || nodes.Count == 0)
        {
            // Nothing is due: on to where something is.
            _world.Step(_world.Clock.Now + TimeSpan.FromSeconds(10));
            return;
        }

        var operation = due[Dice.Next(due.Count)];
        var node = nodes[Dice.Next(nodes.Count)];
        if (!node.Carries(operation))
        {
            node.Carry(operation);
        }
    }

    private void Order()
    {
        if (_shop.Agents.Count < MostAgents)
        {
            var agent = _shop.Order();
            if (Dice.Next(12) == 0)
            {
                _world.AddStranger(agent);
            }

            if (Dice.Next(10) == 0)
            {
                // Stripe promises no order: an end may be told before its beginning.
                _shop.Cancel(agent);
            }

            _shop.Pay(agent);
        }
    }

    private void TellAgain()
    {
        if (_shop.Events.Count > 0)
        {
            _shop.Deliver(_shop.Events[Dice.Next(_shop.Events.Count)]);
        }
    }

    private void CancelSubscription() => _shop.Cancel(AnyAgent());

    private void Stop() => _shop.Stop(AnyAgent());

    private void Start() => _shop.Start(AnyAgent());

    private void Destroy() => _shop.Destroy(AnyAgent());

    private void Snapshot() => _shop.Snapshot(AnyAgent());

    private void Resize() => _shop.Resize(AnyAgent(), Dice.Next(2) == 0 ? "cx33" : "cx23");

    private void Rebuild() => _shop.Rebuild(AnyAgent());

    private void Retry() => _shop.Retry(AnyAgent());

    private string AnyAgent() => _shop.Agents[Dice.Next(_shop.Agents.Count)];

    private void Crash()
    {
        if (_world.Nodes.Count > 0)
        {
            _world.Nodes[Dice.Next(_world.Nodes.Count)].Die();
        }
    }

    /// <summary>At its next effect a node stops hearing anything, its own clock included; its lease may run out meanwhile.</summary>
    private void Hang()
    {
        var awake = Awake();
        _aboutToHang = awake.Count > 0 ? awake[Dice.Next(awake.Count)] : null;
    }

    private void ComeBack()
    {
        if (_world.Nodes.Find(n => n is { IsAlive: true, IsHung: true }) is { } hung)
        {
            hung.ComeBack();
        }
    }

    private void Fault()
    {
        var fault = Faults.Throw(Dice);
        _world.Note("world", "fault " + fault.ToJsonString());
        _world.Side("POST", "faults", fault);
    }

    private void ClearFaults() => _world.Side("DELETE", "faults");

    private List<Node> Awake() => _world.Nodes.FindAll(n => n is { IsAlive: true, IsHung: false });
}

/// <summary>LocalCloud's catalogue, as far as it concerns a control plane, thrown at what a control plane asks.</summary>
internal static class Faults
{
    private static readonly string[] Routes =
    [
        "POST /v1/servers", "GET /v1/servers", "GET /v1/servers/{id}", "DELETE /v1/servers/{id}", "GET /v1/actions", "POST /v1/firewalls",
        "DELETE /v1/firewalls/{id}", "POST /v1/servers/{id}/actions/shutdown", "POST /v1/servers/{id}/actions/poweron", "/v1/*", "/api/v2/*",
        "POST /api/v2/oauth/token", "POST /_local/machines/{id}/exec",
    ];

    private static readonly string[] OfWires =
    [
        "lost_answer", "lost_request", "slow", "hang", "rate_limited", "internal_error", "bad_gateway_html", "unavailable", "gateway_timeout",
        "malformed_json", "stale_read",
    ];

    private static readonly string[] OfMachines =
    [
        "never_boots", "boots_slowly", "cloud_init_fails", "phone_home_lost", "phone_home_doubled", "ssh_refuses", "ssh_hangs", "ssh_drops",
        "ssh_changes_host_key",
    ];

    public static JsonObject Throw(Random dice)
    {
        var fault = new JsonObject { ["times"] = 1 + dice.Next(3), ["nth"] = 1 + dice.Next(2), ["seed"] = dice.Next(1000) };
        switch (dice.Next(10))
        {
            case < 5:
                fault["kind"] = OfWires[dice.Next(OfWires.Length)];
                fault["route"] = Routes[dice.Next(Routes.Length)];
                break;
            case < 8:
                fault["kind"] = OfMachines[dice.Next(OfMachines.Length)];
                break;
            default:
                OfHetzner(fault, dice);
                break;
        }

        if ((string)fault["kind"]! is "gateway_timeout" && dice.Next(2) == 0)
        {
            fault["done"] = "yes";
        }

        return fault;
    }

    private static void OfHetzner(JsonObject fault, Random dice)
    {
        fault["kind"] = dice.Next(8) switch
        {
            0 => "sold_out",
            1 => "location_disabled",
            2 => "quota",
            3 => "locked",
            4 => "action_stuck",
            5 => "action_fails",
            6 => "server_left_off",
            _ => "name_taken_unlisted",
        };
        if ((string)fault["kind"]! == "action_stuck")
        {
            fault["seconds"] = 20 + dice.Next(200);
        }
    }
}
