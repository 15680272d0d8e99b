using Microsoft.Extensions.Logging.Abstractions;
using Slipway.Machines;
using Slipway.Machines.Authorities;
using Slipway.Machines.Shell;
using Slipway.Secrets;
using Slipway.Ssh;
using Slipway.Storage;
using Slipway.Tests.Storage;

namespace Slipway.Tests.Machines.Authorities;

/// <summary>S5: one SSH authority takes over from another while machines run, and none is locked out.</summary>
public abstract class RotationTests(ITestStore store) : StoreSuite(store)
{
    private readonly KeyRing _keys = new(MasterKey.Create());
    private readonly LoginMachines _machines = new();
    private readonly List<SshAuthorities> _opened = [];
    private string _blueprint = "";

    private SshAuthorityStore Rows => new(Database, Time);

    private MachineStore MachineRows => new(Database, Time);

    private SecretStore Secrets => new(Database, new SecretCipher(_keys), Time);

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        _blueprint = (await KeepBlueprintAsync()).Digest;
        NewServer();
    }

    protected override async Task CleanUpAsync()
    {
        foreach (var authorities in _opened)
        {
            await authorities.DisposeAsync();
        }
    }

    [Fact]
    public async Task S5_A_machine_made_after_a_rotation_trusts_both_from_birth_and_the_newest_signs_for_it()
    {
        var first = (await Authorities.ListAsync()).ShouldHaveSingleItem();
        var second = await Authorities.RotateAsync();

        var machine = await BornAsync("agt-1");

        _machines.FileOf("agt-1").ShouldBe($"{first.PublicKey}\n{second.PublicKey}\n");
        (await Authorities.ForAsync(machine)).PublicKey.ShouldBe(second.PublicKey);
        (await Rollout().RunAsync(CancellationToken.None)).ShouldBe(0, "there is nothing to bring it");
    }

    [Fact]
    public async Task S5_Whom_a_machine_trusts_is_decided_once_for_its_life_and_anew_for_its_next()
    {
        var machine = await RegisterAsync("agt-1", "op-1");
        await Authorities.RotateAsync();

        (await Authorities.LinesForAsync(machine)).Count.ShouldBe(1, "what was decided when it was registered is what its server is made with, also at the second try");
        (await Authorities.LinesForAsync(await RegisterAsync("agt-1", "op-2"))).Count.ShouldBe(2);
    }

    [Fact]
    public async Task S5_A_running_machine_is_brought_the_new_one_and_signed_for_with_it_only_after_a_login_with_it()
    {
        var machine = await BornAsync("agt-1");
        var first = (await Authorities.ListAsync()).Single();
        var second = await Authorities.RotateAsync();
        (await Authorities.ForAsync(machine)).PublicKey.ShouldBe(first.PublicKey);

        (await Rollout().RunAsync(CancellationToken.None)).ShouldBe(1);

        _machines.FileOf("agt-1").ShouldBe($"2\n{first.PublicKey}\n{second.PublicKey}\n");
        _machines.Logins.ShouldBe(2, "one to place it, one to see that it opens");
        (await Authorities.ForAsync(machine)).PublicKey.ShouldBe(second.PublicKey);
        (await Rollout().RunAsync(CancellationToken.None)).ShouldBe(0);
    }

    [Fact]
    public async Task S5_A_server_that_dies_anywhere_leaves_a_machine_that_can_be_reached_and_the_next_goes_on()
    {
        foreach (var death in (int[])[1, -1, 2, -2])
        {
            var subject = $"agt-{death}";
            var machine = await BornAsync(subject);
            var newest = await Authorities.RotateAsync();
            NewServer(death);
            await Should.ThrowAsync<LoginMachines.ProcessDiedException>(() => Rollout().RunAsync(CancellationToken.None));

            NewServer();
            (await _machines.RunAsync(machine, RemoteScripts.CheckLogin, CancellationToken.None)).ExitCode.ShouldBe(0, $"death {death}");
            (await Rollout().RunAsync(CancellationToken.None)).ShouldBe(0, "the dead server's claim still holds");
            Time.Advance(TimeSpan.FromMinutes(4));
            (await Rollout().RunAsync(CancellationToken.None)).ShouldBe(1);

            (await Authorities.ForAsync(machine)).PublicKey.ShouldBe(newest.PublicKey);
            await Database.WriteAsync(t => MachineRows.SetGoneAsync(t, subject));
        }
    }

    [Fact]
    public async Task S5_One_that_a_machine_needs_is_not_dropped_and_the_refusal_names_the_machine()
    {
        var first = (await Authorities.ListAsync()).Single();
        var asleep = await BornAsync("agt-asleep");
        await BornAsync("agt-lost");
        await BornAsync("agt-well");
        await Database.WriteAsync(t => MachineRows.SetStoppedAsync(t, asleep.Subject));
        _machines.Unreachable.Add("agt-lost");
        await Authorities.RotateAsync();
        (await Rollout().RunAsync(CancellationToken.None)).ShouldBe(1);

        var refusal = (await Should.ThrowAsync<AuthorityException>(() => Authorities.DropAsync(first.Id))).Message;

        refusal.ShouldContain("agt-asleep (stopped)");
        refusal.ShouldContain("agt-lost (running: ");
        refusal.ShouldNotContain("agt-well");
        (await Authorities.ForAsync(asleep)).PublicKey.ShouldBe(first.PublicKey, "it can still be started");

        _machines.Unreachable.Clear();
        await Database.WriteAsync(t => MachineRows.SetRunningAsync(t, asleep.Subject));
        Time.Advance(TimeSpan.FromMinutes(2));
        (await Rollout().RunAsync(CancellationToken.None)).ShouldBe(2);
        await Authorities.DropAsync(first.Id);
    }

    [Fact]
    public async Task S5_A_dropped_one_signs_nothing_and_every_machine_forgets_it_also_one_that_was_stopped()
    {
        var first = (await Authorities.ListAsync()).Single();
        var second = await Authorities.RotateAsync();
        var running = await BornAsync("agt-1");
        var asleep = await BornAsync("agt-2");
        await Database.WriteAsync(t => MachineRows.SetStoppedAsync(t, asleep.Subject));

        await Authorities.DropAsync(first.Id);

        (await Secrets.FindAsync("control-plane", "ssh-ca")).ShouldBeNull();
        NewServer();
        await Should.ThrowAsync<AuthorityException>(() => Authorities.GetAsync(1));
        (await Rollout().RunAsync(CancellationToken.None)).ShouldBe(1);
        _machines.FileOf(running.Subject).ShouldBe($"3\n{second.PublicKey}\n");
        _machines.FileOf(asleep.Subject).ShouldContain(first.PublicKey);
        await Database.WriteAsync(t => MachineRows.SetRunningAsync(t, asleep.Subject));
        (await Rollout().RunAsync(CancellationToken.None)).ShouldBe(1);
        _machines.FileOf(asleep.Subject).ShouldNotContain(first.PublicKey);
        (await BornAsync("agt-3")).ShouldNotBeNull();
        _machines.FileOf("agt-3").ShouldBe(second.PublicKey + "\n");
    }

    [Fact]
    public async Task S5_Neither_the_newest_nor_an_unknown_one_is_dropped()
    {
        var first = (await Authorities.ListAsync()).Single();

        (await Should.ThrowAsync<AuthorityException>(() => Authorities.DropAsync(first.Id))).Message.ShouldContain("rotate");
        (await Should.ThrowAsync<AuthorityException>(() => Authorities.DropAsync("00000000"))).Message.ShouldContain(first.Id);
        var second = await Authorities.RotateAsync();
        await Authorities.DropAsync(first.Id);
        (await Should.ThrowAsync<AuthorityException>(() => Authorities.DropAsync(second.Id))).Message.ShouldContain("newest");
    }

    [Fact]
    public async Task S5_Two_servers_that_start_at_once_have_one_authority_and_two_that_roll_out_at_once_bring_it_once()
    {
        var (one, other) = (NewServer(), NewServer());
        await Task.WhenAll(one.ListAsync(), other.ListAsync());
        (await one.ListAsync()).ShouldBe(await other.ListAsync());
        await BornAsync("agt-1");
        await one.RotateAsync();

        var brought = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Rollout().RunAsync(CancellationToken.None)));

        brought.Sum().ShouldBe(1);
        _machines.Logins.ShouldBe(2);
    }

    [Fact]
    public async Task S5_A_life_that_is_taken_up_again_trusts_whom_it_did_and_nobody_drops_what_it_would_need()
    {
        var first = (await Authorities.ListAsync()).Single();
        var second = await Authorities.RotateAsync();
        await Authorities.DropAsync(first.Id);
        var machine = await BornAsync("agt-1");
        var rebuilt = machine with { OperationId = "op-2" };
        var third = await Authorities.RotateAsync();
        await Database.WriteAsync(t => t.ExecuteAsync("UPDATE machines SET operation_id = 'op-2', status = 'creating' WHERE subject = 'agt-1'"));
        (await Authorities.LinesForAsync(rebuilt)).ShouldBe([second.PublicKey, third.PublicKey]);

        (await Should.ThrowAsync<AuthorityException>(() => Authorities.DropAsync(second.Id))).Message.ShouldContain("agt-1");

        (await Authorities.ForAsync(rebuilt)).PublicKey.ShouldBe(third.PublicKey);
        (await Authorities.ForAsync(machine)).PublicKey.ShouldBe(second.PublicKey, "the disk was not written after all");
        await Database.WriteAsync(t => MachineRows.SetRunningAsync(t, "agt-1"));
        await Authorities.DropAsync(second.Id);
    }

    [Fact]
    public async Task S5_A_machine_of_a_build_that_knew_no_rotation_trusts_the_first_and_is_brought_the_others()
    {
        var first = (await Authorities.ListAsync()).Single();
        var machine = await BornAsync("agt-1");
        await Database.WriteAsync(t => t.ExecuteAsync("DELETE FROM machine_authorities"));
        var second = await Authorities.RotateAsync();
        (await Authorities.ForAsync(machine)).PublicKey.ShouldBe(first.PublicKey);
        (await Should.ThrowAsync<AuthorityException>(() => Authorities.DropAsync(first.Id))).Message.ShouldContain("agt-1");

        (await Rollout().RunAsync(CancellationToken.None)).ShouldBe(1);

        (await Authorities.ForAsync(machine)).PublicKey.ShouldBe(second.PublicKey);
    }

    private SshAuthorities Authorities => _opened[^1];

    private AuthorityRollout Rollout() => new(Authorities, Rows, _machines, Time, NullLogger<AuthorityRollout>.Instance);

    private SshAuthorities NewServer(int dies = 0)
    {
        var authorities = new SshAuthorities(Rows, Secrets, Database, new SshOptions(), Time);
        _opened.Add(authorities);
        _machines.Restart(authorities, dies);
        return authorities;
    }

    private async Task<Machine> RegisterAsync(string subject, string operation)
    {
        var machine = new Machine { Subject = subject, Name = subject, Status = MachineStatus.Creating, BlueprintDigest = _blueprint, OperationId = operation };
        await Database.WriteAsync(async t =>
        {
            await MachineRows.RegisterAsync(t, machine, $"hash-{subject}-{operation}");
            await Rows.DecideAnewAsync(t, subject, operation);
        });
        return machine;
    }

    /// <summary>Registered, made with its document, and running.</summary>
    private async Task<Machine> BornAsync(string subject)
    {
        var machine = await RegisterAsync(subject, "op-1");
        _machines.Boot(subject, await Authorities.LinesForAsync(machine));
        await Database.WriteAsync(async t =>
        {
            await MachineRows.SetServerAsync(t, subject, 42, "cx23", "fsn1", "192.0.2.1", null);
            await MachineRows.PinHostKeyAsync(t, subject, "ssh-ed25519 A");
            await MachineRows.SetRunningAsync(t, subject);
        });
        return await MachineRows.GetAsync(subject);
    }
}

public sealed class RotationOnSqliteTests() : RotationTests(new SqliteStore());

[Collection(PostgresTests.Name)]
public sealed class RotationOnPostgresTests(PostgresServer server) : RotationTests(new PostgresStore(server));
