using Slipway.Agents;
using Slipway.Blueprints;
using Slipway.Machines;
using Slipway.Operations;
using Slipway.Payments;
using Slipway.Storage;

namespace Slipway.Tests.Storage;

/// <summary>Agents, blueprints, machines and subscriptions: what is written comes back, and what must be one is one.</summary>
public abstract class RowStoreTests(ITestStore store) : StoreSuite(store)
{
    [Fact]
    public async Task O3_an_agent_comes_back_as_it_was_written()
    {
        var agent = await InsertAgentAsync("agt-1", "Zoë's 'agent'");
        var agents = new AgentStore(Database, Time);
        (await agents.FindAsync("agt-1")).ShouldBe(agent);

        Time.Advance(TimeSpan.FromMinutes(1));
        var changed = await Database.WriteAsync(t => agents.UpdateAsync(
            t, agent with { Status = AgentStatus.Paused, Wanted = Wanted.Running, OperationId = "op-1", Error = "no room" }));

        changed.UpdatedAt.ShouldBe(Time.GetUtcNow());
        (await agents.FindAsync("agt-1")).ShouldBe(changed);
        (await agents.FindAsync("agt-2")).ShouldBeNull();
        (await Database.WriteAsync(t => AgentStore.LockAsync(t, "agt-1"))).ShouldBe(changed);
        (await Database.WriteAsync(t => AgentStore.LockAsync(t, "agt-2"))).ShouldBeNull();
    }

    [Fact]
    public async Task Agents_are_listed_newest_first()
    {
        await InsertAgentAsync("agt-1", null);
        Time.Advance(TimeSpan.FromSeconds(1));
        await InsertAgentAsync("agt-2", null);

        (await new AgentStore(Database, Time).ListAsync(10)).Select(a => a.Id).ShouldBe(["agt-2", "agt-1"]);
        (await new AgentStore(Database, Time).ListAsync(1)).Select(a => a.Id).ShouldBe(["agt-2"]);
    }

    [Fact]
    public async Task A_kept_blueprint_is_parsed_again_with_its_parameters_and_its_digest()
    {
        var blueprint = await KeepBlueprintAsync();
        await KeepBlueprintAsync();

        var kept = await new BlueprintStore(Database, Time).GetAsync(blueprint.Digest);

        kept.Digest.ShouldBe(blueprint.Digest);
        kept.Yaml.ShouldBe(blueprint.Yaml);
        kept.Parameters.ShouldBe(blueprint.Parameters);
        (await CountAsync("blueprints")).ShouldBe(1);
        (await Should.ThrowAsync<BlueprintNotFoundException>(() => new BlueprintStore(Database, Time).GetAsync("none"))).Message.ShouldContain("none");
    }

    [Fact]
    public async Task An_agent_of_a_blueprint_nobody_kept_cannot_be_written()
    {
        await Should.ThrowAsync<System.Data.Common.DbException>(() => Database.WriteAsync(t => AgentStore.InsertAsync(t, NewAgent("agt-1", null, "no such digest"))));
        (await CountAsync("agents")).ShouldBe(0);
    }

    [Fact]
    public async Task O4_a_machines_facts_are_kept_as_they_become_known_and_forgotten_in_its_next_life()
    {
        var machines = new MachineStore(Database, Time);
        var blueprint = await KeepBlueprintAsync();
        var machine = NewMachine("agt-1", blueprint.Digest);
        await Database.WriteAsync(async t =>
        {
            await machines.RegisterAsync(t, machine, "hash-1");
            await machines.SetServerAsync(t, "agt-1", 42, "cx23", "fsn1", "192.0.2.1", null);
            await machines.SetBootAsync(t, "agt-1", "ok", null, "node-1", "100.64.0.1");
        });

        (await Database.WriteAsync(t => MachineStore.FindByBootTokenAsync(t, "hash-1")))!.ServerId.ShouldBe(42);
        await Database.WriteAsync(t => machines.SetRunningAsync(t, "agt-1"));
        var running = await machines.GetAsync("agt-1");
        running.Status.ShouldBe(MachineStatus.Running);
        running.StartedAt.ShouldBe(Time.GetUtcNow());
        running.TailscaleNodeId.ShouldBe("node-1");

        await Database.WriteAsync(t => machines.SetGoneAsync(t, "agt-1"));
        (await Database.WriteAsync(t => MachineStore.FindByBootTokenAsync(t, "hash-1"))).ShouldBeNull("the token of a machine that is gone opens nothing");
        await Database.WriteAsync(t => machines.RegisterAsync(t, machine with { OperationId = "op-2" }, "hash-2"));
        var reborn = await machines.GetAsync("agt-1");
        reborn.OperationId.ShouldBe("op-2");
        (reborn.ServerId, reborn.Ipv4, reborn.TailscaleNodeId, reborn.StartedAt, reborn.BootStatus).ShouldBe((null, null, null, null, null));
    }

    [Fact]
    public async Task S5_a_pinned_host_key_is_never_replaced()
    {
        var machines = new MachineStore(Database, Time);
        var blueprint = await KeepBlueprintAsync();
        await Database.WriteAsync(t => machines.RegisterAsync(t, NewMachine("agt-1", blueprint.Digest), "hash-1"));

        (await Database.WriteAsync(t => machines.PinHostKeyAsync(t, "agt-1", "ssh-ed25519 A"))).ShouldBeTrue();
        (await Database.WriteAsync(t => machines.PinHostKeyAsync(t, "agt-1", "ssh-ed25519 A"))).ShouldBeTrue("the same key told twice is the same key");
        (await Database.WriteAsync(t => machines.PinHostKeyAsync(t, "agt-1", "ssh-ed25519 B"))).ShouldBeFalse();

        (await machines.GetAsync("agt-1")).HostKey.ShouldBe("ssh-ed25519 A");
    }

    [Fact]
    public void O8_ids_are_host_names_by_RFC_1123_and_the_same_chance_makes_the_same()
    {
        var ids = Enumerable.Range(0, 1000).Select(_ => new IdSource(new Entropy()).Next("agt")).ToList();

        ids.Distinct().Count().ShouldBe(ids.Count);
        ids.Where(id => id.Length > 63 - "-xxxx".Length || id[0] == '-' || id[^1] == '-' || id.Any(c => c is not ('-' or (>= 'a' and <= 'z') or (>= '0' and <= '9')))).ShouldBeEmpty();
        new IdSource(new NoEntropy()).Next("agt").ShouldBe(new IdSource(new NoEntropy()).Next("agt"));
    }

    [Fact]
    public async Task O8_two_machines_cannot_have_one_name()
    {
        var machines = new MachineStore(Database, Time);
        var blueprint = await KeepBlueprintAsync();
        await Database.WriteAsync(t => machines.RegisterAsync(t, NewMachine("agt-1", blueprint.Digest), "hash-1"));

        await Should.ThrowAsync<System.Data.Common.DbException>(() => Database.WriteAsync(
            t => machines.RegisterAsync(t, NewMachine("agt-2", blueprint.Digest) with { Name = "slw-agt-1" }, "hash-2")));

        (await machines.ListAsync(["agt-1", "agt-2"])).ShouldHaveSingleItem().Subject.ShouldBe("agt-1");
        (await machines.AnyOtherAsync("agt-1")).ShouldBeFalse();
        (await machines.AnyOtherAsync("agt-2")).ShouldBeTrue();
    }

    [Fact]
    public async Task P1_an_event_is_recorded_once_and_a_subscription_pays_for_one_agent()
    {
        await InsertAgentAsync("agt-1", null);
        await InsertAgentAsync("agt-2", null);
        var now = Time.GetUtcNow();

        (await Database.WriteAsync(t => SubscriptionStore.RecordEventAsync(t, "evt-1", "x", now))).ShouldBeTrue();
        (await Database.WriteAsync(t => SubscriptionStore.RecordEventAsync(t, "evt-1", "x", now))).ShouldBeFalse();

        await HintAsync("sub-1");
        await HintAsync("sub-2");
        (await AttachAsync("sub-1", "agt-1")).ShouldBe("agt-1");
        (await AttachAsync("sub-1", "agt-1")).ShouldBe("agt-1");
        (await AttachAsync("sub-1", "agt-2")).ShouldBe("agt-1", "a subscription does not move");
        (await AttachAsync("sub-2", "agt-1")).ShouldBeNull("an agent is paid once");
        (await AttachAsync("sub-9", "agt-2")).ShouldBeNull("nobody has heard of it");
        (await Database.WriteAsync(t => SubscriptionStore.FindLiveAsync(t, "agt-1")))!.Id.ShouldBe("sub-1");
    }

    [Fact]
    public async Task P1_hints_are_counted_and_what_a_look_saw_is_kept()
    {
        (await HintAsync("sub-1")).Hints.ShouldBe(1);
        var row = await HintAsync("sub-1");
        (row.Hints, row.HintsSeen, row.Status, row.Wanted, row.Notice).ShouldBe((2, 0, "live", null, null));
        var seen = row with
        {
            StripeStatus = "past_due",
            Wanted = Wanted.Stopped,
            Notice = PaymentNotice.StoppedUnpaid,
            HintsSeen = 2,
            LookAt = Time.GetUtcNow() + TimeSpan.FromDays(1),
            Suspended = 1,
        };

        await Database.WriteAsync(t => SubscriptionStore.WriteLookAsync(t, seen, "cus-1", Time.GetUtcNow()));

        (await Database.WriteAsync(t => SubscriptionStore.LockAsync(t, "sub-1"))).ShouldBe(seen);
        (await Database.WriteAsync(t => SubscriptionStore.LockAsync(t, "sub-2"))).ShouldBeNull();
    }

    [Fact]
    public async Task P1_due_are_those_whose_time_has_come_and_those_never_looked_at_but_not_those_in_hand()
    {
        var row = await HintAsync("sub-later");
        await Database.WriteAsync(t => SubscriptionStore.WriteLookAsync(t, row with { LookAt = Time.GetUtcNow() + TimeSpan.FromDays(1) }, null, Time.GetUtcNow()));
        row = await HintAsync("sub-due");
        await Database.WriteAsync(t => SubscriptionStore.WriteLookAsync(t, row with { LookAt = Time.GetUtcNow() }, null, Time.GetUtcNow()));
        row = await HintAsync("sub-quiet");
        await Database.WriteAsync(t => SubscriptionStore.WriteLookAsync(t, row with { LookAt = null }, null, Time.GetUtcNow()));
        await HintAsync("sub-new");
        await HintAsync("sub-busy");
        await Database.WriteAsync(t => OperationStore.InsertAsync(t, NewOperation(subject: "sub-busy")));

        (await SubscriptionStore.ListDueAsync(Database, Time.GetUtcNow(), 10, CancellationToken.None)).ShouldBe(["sub-due", "sub-new"], ignoreOrder: true);
    }

    private Task<SubscriptionRow> HintAsync(string id) => Database.WriteAsync(t => SubscriptionStore.HintAsync(t, id, Time.GetUtcNow()));

    private Task<string?> AttachAsync(string id, string agentId) => Database.WriteAsync(t => SubscriptionStore.AttachAsync(t, id, agentId, Time.GetUtcNow()));

    private async Task<Agent> InsertAgentAsync(string id, string? name)
    {
        var agent = NewAgent(id, name, (await KeepBlueprintAsync()).Digest);
        await Database.WriteAsync(t => AgentStore.InsertAsync(t, agent));
        return agent;
    }

    private Agent NewAgent(string id, string? name, string digest) => new()
    {
        Id = id,
        Name = name,
        BlueprintName = "sample",
        BlueprintDigest = digest,
        CreatedAt = Time.GetUtcNow(),
        UpdatedAt = Time.GetUtcNow(),
    };

    private static Machine NewMachine(string subject, string digest) => new()
    {
        Subject = subject,
        Name = "slw-" + subject,
        Status = MachineStatus.Creating,
        BlueprintDigest = digest,
        OperationId = "op-1",
        TailscaleHostname = "slw-" + subject,
    };

    private sealed class NoEntropy : Entropy
    {
        public override void Fill(Span<byte> bytes) => bytes.Clear();
    }
}

public sealed class RowStoreOnSqliteTests() : RowStoreTests(new SqliteStore());

[Collection(PostgresTests.Name)]
public sealed class RowStoreOnPostgresTests(PostgresServer server) : RowStoreTests(new PostgresStore(server));
