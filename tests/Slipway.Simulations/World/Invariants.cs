using System.Globalization;
using System.Text.Json.Nodes;
using Slipway.Agents;
using Slipway.Agents.Rollouts;
using Slipway.Blueprints;
using Slipway.Machines;
using Slipway.Operations;

namespace Slipway.Simulations;

/// <summary>What must be so whatever happened: some of it at every moment, all of it once nobody has anything left to do.</summary>
internal sealed class Invariants(World world)
{
    public static readonly string[] Tables =
    [
        "agents", "alerts", "api_tokens", "audit", "blueprints", "checkouts", "drifts", "evidence", "machine_authorities", "machines", "nodes", "operations",
        "outbox", "quarantine", "reconcile", "refunds", "rollout_agents", "rollouts", "schema_versions", "secrets", "settings", "snapshots", "ssh_authorities",
        "stripe_events", "subscriptions", "timeline", "workflow_deliveries", "workflow_jobs",
    ];

    private readonly List<string> _broken = [];
    private JsonArray _servers = [];

    /// <summary>"Running" is said only after the agent itself was heard to be well, since what was begun last.</summary>
    public static string? RunningTooSoon(World world)
    {
        var running = world.Query<(string Subject, long? Server, long? Since)>(
            """
            SELECT m.subject, m.server_id, (SELECT MAX(o.created_at) FROM operations o
              WHERE o.subject = m.subject AND o.plan IN ('provision', 'start', 'change-secrets', 'resize', 'rebuild', 'update') AND o.result = 'Succeeded')
            FROM machines m WHERE m.status = 'running'
            """);
        foreach (var (subject, server, since) in running)
        {
            var well = server is { } id ? world.Health.LastWell(id)?.ToUnixTimeMilliseconds() : null;
            if (well is null || well < since)
            {
                return $"{subject} is called running, but its agent was not heard to be well since it was begun";
            }
        }

        return null;
    }

    /// <returns>What is broken, in words; empty when all is well.</returns>
    public IReadOnlyList<string> Check()
    {
        // Long enough for machines that were just switched on, and for keys to expire.
        var until = world.Clock.Now + TimeSpan.FromMinutes(16);
        while (world.Step(until))
        {
            world.ReplaceDead();
        }

        _servers = Servers();
        Require(world.BrokenOnTheWay is null, world.BrokenOnTheWay!);
        Require(RunningTooSoon(world) is null, RunningTooSoon(world)!);
        CheckOperations();
        CheckTimelines();
        var machines = world.Query<Machine>("SELECT * FROM machines ORDER BY subject");
        var agents = world.Query<Agent>("SELECT * FROM agents ORDER BY id");
        foreach (var agent in agents)
        {
            CheckAgent(agent, machines.FirstOrDefault(m => m.Subject == agent.Id));
        }

        CheckVersions(agents, machines);
        CheckClouds(machines);
        CheckSnapshots(agents);
        CheckPayments(agents);
        CheckAlerts(agents);
        CheckSecrets();
        _broken.AddRange(world.Runner.Broken);
        foreach (var broken in world.Nodes.SelectMany(n => n.Broken()).Where(e => e is not System.Data.Common.DbException))
        {
            _broken.Add($"the engine threw {broken}");
        }

        return _broken;
    }

    private void CheckOperations()
    {
        foreach (var open in world.Query<Operation>("SELECT * FROM operations WHERE result IS NULL ORDER BY id"))
        {
            _broken.Add($"{open.Plan} of {open.Subject} never ends: at {open.Step} {open.Direction}, waiting for '{open.WaitingFor}', error '{open.Error}'");
        }

        foreach (var odd in world.Query<string>(
            "SELECT id FROM operations WHERE (result IS NOT NULL AND (due_at IS NOT NULL OR lease_until IS NOT NULL)) OR (result IS NULL) <> (finished_at IS NULL) ORDER BY id"))
        {
            _broken.Add($"{odd} is finished and due");
        }

    }

    private void CheckTimelines()
    {
        foreach (var lines in world.Query<TimelineEntry>("SELECT * FROM timeline ORDER BY operation_id, sequence").GroupBy(l => l.OperationId))
        {
            var all = lines.ToList();
            Require(all.Select(l => l.Sequence).SequenceEqual(Enumerable.Range(1, all.Count).Select(n => (long)n)), $"the timeline of {lines.Key} has a gap");
            Require(all.Zip(all.Skip(1)).All(p => p.First.At <= p.Second.At), $"the timeline of {lines.Key} goes back");
            Require(
                all.Where(l => l.Kind is "done" or "undone").GroupBy(l => l.Step + l.Kind).All(g => g.Count() == 1),
                $"a step of {lines.Key} was done twice");
        }
    }

    private void CheckAgent(Agent agent, Machine? machine)
    {
        var servers = _servers.Where(s => (string?)s!["labels"]!["slipway-agent"] == agent.Id).ToList();
        Require(servers.Count <= 1, $"{agent.Id} has {servers.Count} servers");
        var fits = (agent.Wanted, agent.Status) switch
        {
            (Wanted.Nothing, AgentStatus.Draft) => true,
            (Wanted.Running, AgentStatus.Active or AgentStatus.Error) => true,
            (Wanted.Stopped, AgentStatus.Paused) => true,
            (Wanted.Destroyed, AgentStatus.Closed) => true,
            _ => false,
        };
        Require(fits, $"{agent.Id} is wanted {agent.Wanted} and is {agent.Status} ({agent.Error})");
        switch (agent.Status)
        {
            case AgentStatus.Active:
                Require(machine is { Status: MachineStatus.Running }, $"{agent.Id} is active and its machine is {machine?.Status}");
                Require(servers.Count == 1 && (string?)servers[0]!["status"] == "running", $"{agent.Id} is active and its server is not running");
                Require(servers.Count == 0 || machine?.ServerId == (long)servers[0]!["id"]!, $"{agent.Id} has another server than its row says");
                Require(servers.Count == 0 || IsWell((long)servers[0]!["id"]!), $"{agent.Id} is active and its agent is not well");
                break;
            case AgentStatus.Paused:
                Require(machine is { Status: MachineStatus.Stopped }, $"{agent.Id} is paused and its machine is {machine?.Status}");
                Require(servers.Count == 1 && (string?)servers[0]!["status"] == "off", $"{agent.Id} is paused and its server is {servers.FirstOrDefault()?["status"]}");
                break;
            default:
                Require(servers.Count == 0, $"{agent.Id} is {agent.Status} and its server still costs money");
                Require(machine is null or { Status: MachineStatus.Gone }, $"{agent.Id} is {agent.Status} and its machine is {machine?.Status}");
                break;
        }

        Require(
            servers.Count == 0 || machine?.ServerId != (long)servers[0]!["id"]! || machine.ServerType == (string?)servers[0]!["server_type"]!["name"],
            $"{agent.Id} has a server of another type than its row says, {machine?.ServerType}");
        var secrets = world.Query<string>("SELECT name FROM secrets WHERE owner = @Id", new { agent.Id });
        Require(agent.Status != AgentStatus.Closed || secrets.Count == 0, $"{agent.Id} is closed and its secrets are kept");
        Require(!secrets.Contains("tailscale-auth-key"), $"the auth key of {agent.Id} is kept");
    }

    /// <summary>The version an agent is said to run is the one that was placed on its machine last, and a roll-out says of each agent what is so.</summary>
    private void CheckVersions(IReadOnlyList<Agent> agents, IReadOnlyList<Machine> machines)
    {
        foreach (var agent in agents.Where(a => a.Status is AgentStatus.Active or AgentStatus.Paused))
        {
            var machine = machines.First(m => m.Subject == agent.Id);
            var version = Fixtures.Versions.First(v => v.Digest == agent.BlueprintDigest);
            Require(machine.BlueprintDigest == agent.BlueprintDigest, $"{agent.Id} is said to run another version than its machine");
            Require(agent.UpdateDigest is null, $"{agent.Id} is said to be updated, and is not");
            Require(world.Health.UnitPlaced(machine.ServerId!.Value) == version.RenderUnit(), $"{agent.Id} is said to run {version.Version}, and something else was placed on its machine last");
        }

        foreach (var rollout in world.Query<Rollout>("SELECT * FROM rollouts ORDER BY id"))
        {
            var members = world.Query<RolloutAgent>("SELECT * FROM rollout_agents WHERE rollout_id = @Id ORDER BY position", new { rollout.Id });
            Require(rollout.Status != RolloutStatus.Running, $"{rollout.Id} never ends");
            Require(!members.Any(m => m.Status is RolloutAgentStatus.Waiting or RolloutAgentStatus.Updating), $"{rollout.Id} has ended and leaves agents in the middle");
            Require((rollout.Status == RolloutStatus.Failed) == members.Any(m => m.Status == RolloutAgentStatus.PutBack), $"{rollout.Id} is {rollout.Status}, and its agents say otherwise");
            foreach (var member in members)
            {
                var runs = agents.First(a => a.Id == member.AgentId).BlueprintDigest;
                Require((member.Status == RolloutAgentStatus.Updated) == (runs == rollout.BlueprintDigest), $"{member.AgentId} is {member.Status} in {rollout.Id} and runs {runs}");
            }
        }
    }

    private void CheckClouds(IReadOnlyList<Machine> machines)
    {
        var live = machines.Where(m => m.Status != MachineStatus.Gone).ToList();
        foreach (var server in _servers.Where(s => s!["labels"]!["managed-by"] is not null))
        {
            Require(live.Exists(m => m.Name == (string?)server!["name"] || m.ServerId == (long)server["id"]!), $"server {server!["name"]} has no row");
        }

        foreach (var stranger in world.Strangers)
        {
            Require(_servers.Any(s => (long)s!["id"]! == stranger), $"server {stranger} was a stranger's and was deleted");
            Require(machines.All(m => m.ServerId != stranger), $"server {stranger} is a stranger's and was taken for ours");
        }

        var inventory = world.Side("GET", "inventory")!;
        foreach (var device in inventory["devices"]!["names"]!.AsArray())
        {
            Require(live.Exists(m => ((string)device!).StartsWith(m.TailscaleHostname!, StringComparison.Ordinal)), $"device {device} has no row");
        }

        CheckWhatServersAreMadeWith(inventory);
        var keys = ValidKeys();
        Require(keys.Count == 0, $"auth keys are left that still work: {string.Join(", ", keys)}");
        var firewalls = (int)inventory["firewalls"]!["count"]!;
        // It costs nothing and is taken up again. The last machine takes it along unless another was being given up at that moment before it had asked for it.
        var known = world.Query<string>("SELECT value FROM settings WHERE name = 'firewall-id' AND value <> ''").Count > 0;
        Require(firewalls <= 1 && (firewalls == 0 || live.Count > 0 || known), $"{firewalls} firewalls are left for {live.Count} machines, and no row knows");
    }

    /// <summary>Each has a row and each row one, and they go with their agent.</summary>
    private void CheckSnapshots(IReadOnlyList<Agent> agents)
    {
        var rows = world.Query<Slipway.Machines.Snapshots.Snapshot>("SELECT * FROM snapshots ORDER BY operation_id");
        var images = world.AskHetzner("GET", "images?type=snapshot&per_page=50")!["images"]!.AsArray().Select(i => (long)i!["id"]!).ToHashSet();
        foreach (var image in images)
        {
            Require(rows.Any(r => r.ImageId == image), $"snapshot {image} has no row");
        }

        foreach (var row in rows)
        {
            Require(row is { Status: "available", ImageId: { } image } && images.Contains(image), $"the snapshot of {row.OperationId} is {row.Status} and not at Hetzner");
            Require(agents.Single(a => a.Id == row.Subject).Status != AgentStatus.Closed, $"{row.Subject} is closed and its snapshot still costs money");
        }
    }

    /// <summary>We make none of these: keys go in user_data, addresses come and go with the server. So there is no row that could know one.</summary>
    private void CheckWhatServersAreMadeWith(JsonNode inventory)
    {
        Require((int)inventory["ssh_keys"]!["count"]! == 0, "SSH keys are left at Hetzner, and no row knows");
        Require((int)inventory["volumes"]!["count"]! == 0, "volumes are left, and no row knows");
        var ids = _servers.Select(s => (long)s!["id"]!).ToHashSet();
        foreach (var address in world.AskHetzner("GET", "primary_ips?per_page=50")!["primary_ips"]!.AsArray())
        {
            Require((long?)address!["assignee_id"] is { } server && ids.Contains(server), $"primary IP {address["name"]} is left, and no row knows");
        }
    }

    /// <summary>Once all is well nobody is called, but for what only a person can mend: a customer who pays and has nothing.</summary>
    private void CheckAlerts(IReadOnlyList<Agent> agents)
    {
        foreach (var (cause, subject, what) in world.Query<(string Cause, string Subject, string What)>("SELECT cause, subject, what FROM alerts WHERE resolved_at IS NULL ORDER BY id"))
        {
            var agent = agents.FirstOrDefault(a => a.Id == subject);
            var justified = cause.StartsWith("paid:", StringComparison.Ordinal) ? agent is { Status: AgentStatus.Error }
                : cause.StartsWith("payment:", StringComparison.Ordinal) && agent is null or { Wanted: Wanted.Destroyed };
            Require(justified, $"alert {cause} is open though all is well: {what}");
        }
    }

    private void CheckPayments(IReadOnlyList<Agent> agents)
    {
        foreach (var (agentId, status) in world.Query<(string AgentId, string Status)>("SELECT agent_id, status FROM subscriptions WHERE agent_id IS NOT NULL"))
        {
            var agent = agents.First(a => a.Id == agentId);
            Require(agent.Wanted != Wanted.Nothing, $"{agentId} was paid for and is not wanted");
            var told = world.Query<long>("SELECT 1 FROM alerts WHERE cause = @cause AND resolved_at IS NULL", new { cause = "paid:" + agentId }).Count > 0;
            Require(agent.Status != AgentStatus.Error || status == "ended" || told, $"{agentId} was paid for and failed, and nobody is told");
            Require(world.Stripe.StatusOf(WorldStripe.Id(agentId)) != "canceled" || status == "ended", $"the subscription of {agentId} ended at Stripe and is {status} here");
            Require(
                !world.Stripe.Refunds.ContainsKey($"pi_in_{WorldStripe.Id(agentId)}") || agent.Status == AgentStatus.Closed, $"{agentId} was paid back and is {agent.Status}");
            Require(status != "ended" || agent.Status == AgentStatus.Closed, $"the subscription of {agentId} ended and it is {agent.Status}");
        }
    }

    private void CheckSecrets()
    {
        Require(world.Query<string>("SELECT owner FROM secrets WHERE owner LIKE '%/aside'").Count == 0, "secrets are put aside and nobody will fetch them");
        foreach (var table in Tables)
        {
            foreach (IDictionary<string, object> row in world.Query<dynamic>($"SELECT * FROM {table}"))
            {
                foreach (var text in row.Values.OfType<string>())
                {
                    world.Log.LookFor($"a row of {table}", text);
                }
            }
        }

        _broken.AddRange(world.Log.Leaks);
    }

    public bool IsWell(long server)
    {
        var address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:8700/_local/machines/{server}/exec"));
        var call = new Call("POST", address, [new("Content-Type", "application/json")], Json.Bytes(new JsonObject { ["name"] = "check-health" }));
        var reply = world.Run(() => world.Cloud.SendAsync(call));
        return reply.Status == 200 && (int)Json.Parse(reply.Body)["exit_code"]! == 0;
    }

    private JsonArray Servers() => world.AskHetzner("GET", "servers?per_page=50")!["servers"]!.AsArray();

    /// <summary>A key's request that arrived twice made a twin nobody knows of; that it dies within a quarter of an hour is what keys are made short-lived for.</summary>
    private List<string> ValidKeys() => world.AskTailscale("GET", "keys?all=true")!["keys"]!.AsArray()
        .Where(k => k!["invalid"]?.GetValue<bool>() != true)
        .Select(k => (string)k!["description"]!)
        .ToList();

    private void Require(bool so, string otherwise)
    {
        if (!so)
        {
            _broken.Add(otherwise);
        }
    }
}
