using Slipway.Secrets;

namespace Slipway.Tests.Storage;

public abstract class SecretStoreTests(ITestStore store) : StoreSuite(store)
{
    private const string Plain = "sk-very-visible-text";
    private SecretStore _secrets = null!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        _secrets = new SecretStore(Database, new SecretCipher(new KeyRing(MasterKey.Create())), Time);
    }

    [Fact]
    public async Task S1_the_row_holds_nothing_of_the_secret()
    {
        await PutAsync("agt-1", "TOKEN", Plain);

        var ciphertext = await Database.FirstOrDefaultAsync<string>("SELECT ciphertext FROM secrets");

        ciphertext.ShouldNotBeNull().ShouldNotContain(Plain);
        ciphertext.ShouldNotContain(Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(Plain))[..12]);
        (await _secrets.FindAsync("agt-1", "TOKEN"))!.Reveal().ShouldBe(Plain);
    }

    [Theory]
    [InlineData("UPDATE secrets SET owner = 'agt-2'", "agt-2", "TOKEN")]
    [InlineData("UPDATE secrets SET name = 'OTHER'", "agt-1", "OTHER")]
    public async Task S1_a_row_moved_to_another_place_does_not_open(string move, string owner, string name)
    {
        await PutAsync("agt-1", "TOKEN", Plain);
        await Database.WriteAsync(transaction => transaction.ExecuteAsync(move));

        var refusal = await Should.ThrowAsync<SecretDecryptionException>(() => _secrets.FindAsync(owner, name));

        refusal.ToString().ShouldNotContain(Plain);
        await Should.ThrowAsync<SecretDecryptionException>(() => _secrets.ReadAllAsync(owner));
    }

    [Fact]
    public async Task A_secret_put_again_is_replaced_and_another_owners_is_not_touched()
    {
        await PutAsync("agt-1", "TOKEN", "old");
        await PutAsync("agt-1", "TOKEN", "new");
        await PutAsync("agt-2", "TOKEN", "theirs");

        (await _secrets.ReadAllAsync("agt-1")).ShouldHaveSingleItem().Value.Reveal().ShouldBe("new");
        (await _secrets.FindAsync("agt-2", "TOKEN"))!.Reveal().ShouldBe("theirs");
        (await _secrets.FindAsync("agt-3", "TOKEN")).ShouldBeNull();
    }

    [Fact]
    public async Task Deleting_takes_one_secret_or_all_of_one_owner()
    {
        await PutAsync("agt-1", "A", "1");
        await PutAsync("agt-1", "B", "2");
        await PutAsync("agt-2", "A", "3");

        await Database.WriteAsync(transaction => SecretStore.DeleteAsync(transaction, "agt-1", "A"));
        (await _secrets.ReadAllAsync("agt-1")).Keys.ShouldBe(["B"]);

        await Database.WriteAsync(transaction => SecretStore.DeleteAllAsync(transaction, "agt-1"));
        (await _secrets.ReadAllAsync("agt-1")).ShouldBeEmpty();
        (await _secrets.ReadAllAsync("agt-2")).Keys.ShouldBe(["A"]);
    }

    private Task PutAsync(string owner, string name, string value) =>
        Database.WriteAsync(transaction => _secrets.PutAsync(transaction, owner, name, new Secret(value)));
}

public sealed class SecretStoreOnSqliteTests() : SecretStoreTests(new SqliteStore());

[Collection(PostgresTests.Name)]
public sealed class SecretStoreOnPostgresTests(PostgresServer server) : SecretStoreTests(new PostgresStore(server));
