using Slipway.Blueprints;
using Slipway.Machines;
using Slipway.Machines.Shell;
using Slipway.Secrets;
using Slipway.Ssh;
using Slipway.Tests.Storage;

namespace Slipway.Tests.Machines;

/// <summary>S2: what a machine prints of a secret is not repeated, also when the secret is none any more.</summary>
public abstract class MachineLogTests(ITestStore store) : StoreSuite(store)
{
    private const string Agent = "agt-1";
    private readonly SecretCipher _cipher = new(new KeyRing(MasterKey.Create()));

    private SecretStore Secrets => new(Database, _cipher, Time);

    [Fact]
    public async Task S2_A_log_shows_neither_the_present_secret_nor_one_that_was_rotated_away()
    {
        await ChangeAsync("first-token");
        await ChangeAsync("second-token");
        await ChangeAsync("third-token");

        (await LogAsync("first-token second-token third-token others")).ShouldBe(["*** *** *** others"]);
    }

    [Fact]
    public async Task S2_A_log_does_not_show_what_was_tried_and_given_up()
    {
        await ChangeAsync("first-token");
        await Database.WriteAsync(t => Secrets.PutAsideAsync(t, Agent, Of("useless-token")));
        (await LogAsync("useless-token")).ShouldBe(["***"]);

        await Database.WriteAsync(t => Secrets.GiveUpAsideAsync(t, Agent));

        (await LogAsync("first-token useless-token")).ShouldBe(["*** ***"]);
        (await Secrets.ReadAsideAsync(Agent)).ShouldBeEmpty();
    }

    [Fact]
    public async Task S2_A_log_does_not_show_a_secret_that_was_taken_away()
    {
        await ChangeAsync("first-token");
        await ChangeAsync("");

        (await Secrets.FindAsync(Agent, "TOKEN")).ShouldBeNull();
        (await LogAsync("first-token")).ShouldBe(["***"]);
    }

    [Fact]
    public async Task S2_Former_secrets_are_encrypted_kept_once_bounded_and_gone_with_the_agent()
    {
        foreach (var turn in Enumerable.Range(0, 220))
        {
            await ChangeAsync($"token-{turn:000}");
        }

        await ChangeAsync("token-219");
        await ChangeAsync("token-218");
        await ChangeAsync("token-219");

        var former = (await Secrets.ReadFormerAsync(Agent)).Select(s => s.Reveal()).ToList();
        former.ShouldBeUnique();
        (former.Count, former[0], former[^1]).ShouldBe((200, "token-020", "token-219"));
        (await Database.QueryAsync<string>("SELECT ciphertext FROM secrets")).ShouldAllBe(c => !c.Contains("token-", StringComparison.Ordinal));
        await Database.WriteAsync(t => SecretStore.DeleteAllAsync(t, Agent));
        (await CountAsync("secrets")).ShouldBe(0);
    }

    private static Dictionary<string, Secret> Of(string token) => new() { ["TOKEN"] = new Secret(token) };

    private async Task ChangeAsync(string token)
    {
        await Database.WriteAsync(t => Secrets.PutAsideAsync(t, Agent, Of(token)));
        var aside = await Secrets.ReadAsideAsync(Agent);
        await Database.WriteAsync(t => Secrets.AdoptAsync(t, Agent, aside));
    }

    private async Task<IReadOnlyList<string>> LogAsync(string printed)
    {
        var machines = new MachineStore(Database, Time);
        var blueprint = await KeepBlueprintAsync();
        var machine = new Machine { Subject = Agent, Name = Agent, Status = MachineStatus.Creating, BlueprintDigest = blueprint.Digest, OperationId = "op-1" };
        await Database.WriteAsync(async t =>
        {
            await machines.RegisterAsync(t, machine, "hash");
            await machines.SetServerAsync(t, Agent, 42, "cx23", "fsn1", "192.0.2.1", null);
            await machines.PinHostKeyAsync(t, Agent, "ssh-ed25519 A");
            await machines.SetRunningAsync(t, Agent);
        });
        return (await new MachineLog(machines, new BlueprintStore(Database, Time), Secrets, new Printing(printed)).ReadAsync(Agent, 10, null, CancellationToken.None)).ShouldNotBeNull().Lines;
    }

    private sealed class Printing(string text) : IMachineShell
    {
        public Task<SshResult> RunAsync(Machine machine, RemoteScript script, CancellationToken cancellationToken) => script.Name == "read-log"
            ? Task.FromResult(new SshResult(0, text + "\n", ""))
            : throw new InvalidOperationException($"Nobody arranged for '{script.Name}'.");

        public Task<(SshResult Result, SshHostKey Presented)> RunUnpinnedAsync(Machine machine, RemoteScript script, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("Its host key is pinned.");
    }
}

public sealed class MachineLogOnSqliteTests() : MachineLogTests(new SqliteStore());

[Collection(PostgresTests.Name)]
public sealed class MachineLogOnPostgresTests(PostgresServer server) : MachineLogTests(new PostgresStore(server));
