using Microsoft.Extensions.Logging.Abstractions;
using Slipway.Secrets;
using Slipway.Tests.Storage;

namespace Slipway.Tests.Secrets;

/// <summary>S1: a new master key takes over from an old one, row by row.</summary>
public abstract class ReencryptionTests(ITestStore store) : StoreSuite(store)
{
    private readonly MasterKey _old = MasterKey.Create();
    private readonly MasterKey _new = MasterKey.Create();

    [Fact]
    public async Task S1_Every_secret_ends_up_under_the_new_key_alone()
    {
        await PutAsync(250);

        (await Reencryption(Both).RunAsync(CancellationToken.None)).ShouldBe(250);

        await ShouldOpenAsync(new KeyRing(_new), 250);
        (await Store(Both).CountByKeyAsync()).ShouldBe(new Dictionary<string, long> { [_new.Id] = 250 });
        (await Reencryption(Both).RunAsync(CancellationToken.None)).ShouldBe(0, "there is nothing left to do");
    }

    [Fact]
    public async Task S1_One_that_dies_in_the_middle_loses_nothing_and_the_next_goes_on()
    {
        await PutAsync(10);
        var rows = Store(Both);
        foreach (var row in (await rows.ListOutdatedAsync(null, 4, CancellationToken.None)).Take(3))
        {
            await rows.ReencryptAsync(row, CancellationToken.None);
        }

        await ShouldOpenAsync(Both, 10);
        (await rows.CountByKeyAsync()).ShouldBe(new Dictionary<string, long> { [_new.Id] = 3, [_old.Id] = 7 }, ignoreOrder: true);
        (await Reencryption(Both).RunAsync(CancellationToken.None)).ShouldBe(7);
        await ShouldOpenAsync(new KeyRing(_new), 10);
    }

    [Fact]
    public async Task S1_A_secret_that_was_set_meanwhile_is_not_overwritten_by_what_it_was()
    {
        await PutAsync(1);
        var rows = Store(Both);
        var read = (await rows.ListOutdatedAsync(null, 1, CancellationToken.None)).Single();
        await Database.WriteAsync(t => Store(new KeyRing(_old)).PutAsync(t, read.Owner, read.Name, new Secret("newer")));

        (await rows.ReencryptAsync(read, CancellationToken.None)).ShouldBeFalse();

        (await rows.FindAsync(read.Owner, read.Name))!.Reveal().ShouldBe("newer");
    }

    [Fact]
    public async Task S1_Two_servers_at_once_encrypt_each_secret_once()
    {
        await PutAsync(120);

        var counts = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(() => Reencryption(Both).RunAsync(CancellationToken.None))));

        counts.Sum().ShouldBe(120);
        await ShouldOpenAsync(new KeyRing(_new), 120);
    }

    [Fact]
    public async Task S1_A_damaged_secret_stays_as_it_is_and_the_others_do_not_wait_for_it()
    {
        await PutAsync(3);
        await Database.WriteAsync(t => t.ExecuteAsync("UPDATE secrets SET ciphertext = SUBSTR(ciphertext, 1, 30) WHERE name = 'S001'"));

        (await Reencryption(Both).RunAsync(CancellationToken.None)).ShouldBe(2);

        (await Store(Both).ListPlacesAsync(_old.Id, 5)).ShouldBe(["agt-1/S001"]);
    }

    [Fact]
    public async Task S1_A_key_that_is_needed_cannot_be_left_out_and_the_refusal_names_what_needs_it()
    {
        await PutAsync(7);
        var ring = new KeyRing(_new);

        var refusal = await Should.ThrowAsync<MasterKeyException>(() => new MasterKeyProof(Database, Store(ring), new SecretCipher(ring), ring).CheckAsync());

        refusal.Message.ShouldContain($"Key {_old.Id} is needed for 7 secret(s): agt-1/S000, agt-1/S001, agt-1/S002, agt-1/S003, agt-1/S004, …");
        refusal.Message.ShouldNotContain(_old.Reveal());
        await new MasterKeyProof(Database, Store(Both), new SecretCipher(Both), Both).CheckAsync();
        await Reencryption(Both).RunAsync(CancellationToken.None);
        await new MasterKeyProof(Database, Store(ring), new SecretCipher(ring), ring).CheckAsync();
    }

    private KeyRing Both => field ??= new KeyRing(_new, _old);

    private SecretStore Store(KeyRing ring) => new(Database, new SecretCipher(ring), Time);

    private SecretReencryption Reencryption(KeyRing ring) => new(Store(ring), ring, Time, NullLogger<SecretReencryption>.Instance);

    private Task PutAsync(int count) => Database.WriteAsync(async t =>
    {
        var rows = Store(new KeyRing(_old));
        for (var i = 0; i < count; i++)
        {
            await rows.PutAsync(t, "agt-1", $"S{i:000}", new Secret($"value {i}"));
        }
    });

    private async Task ShouldOpenAsync(KeyRing ring, int count)
    {
        var all = await Store(ring).ReadAllAsync("agt-1");
        all.Count.ShouldBe(count);
        foreach (var (name, secret) in all)
        {
            secret.Reveal().ShouldBe($"value {int.Parse(name.AsSpan(1), System.Globalization.CultureInfo.InvariantCulture)}");
        }
    }
}

public sealed class ReencryptionOnSqliteTests() : ReencryptionTests(new SqliteStore());

[Collection(PostgresTests.Name)]
public sealed class ReencryptionOnPostgresTests(PostgresServer server) : ReencryptionTests(new PostgresStore(server));
