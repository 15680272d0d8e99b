using System.Runtime.Versioning;
using Slipway.Secrets;
using Slipway.Testing;

namespace Slipway.Tests.Secrets;

[UnsupportedOSPlatform("windows")]
public sealed class KeyRingTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private static readonly string Key = Convert.ToBase64String(Enumerable.Range(0, 32).Select(number => (byte)number).ToArray());
    private static readonly string OtherKey = Convert.ToBase64String(Enumerable.Range(100, 32).Select(number => (byte)number).ToArray());
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void S1_the_first_start_makes_a_key_file_only_its_owner_can_read()
    {
        var file = _directory.File("keys/master.key");

        var made = Load(file);

        made.Current.Id.ShouldMatch("^[0-9a-f]{8}$");
        File.GetUnixFileMode(file).ShouldBe(OwnerOnly);
        File.GetUnixFileMode(Path.GetDirectoryName(file)!).ShouldBe(OwnerOnly | UnixFileMode.UserExecute);
        Directory.GetFiles(Path.GetDirectoryName(file)!).ShouldBe([file], "no draft may stay behind");
        Load(file).Current.Id.ShouldBe(made.Current.Id);
        Load(_directory.File("another.key")).Current.Id.ShouldNotBe(made.Current.Id);
    }

    [Fact]
    public void S1_servers_that_start_at_once_agree_on_one_key()
    {
        var file = _directory.File("master.key");

        var ids = Enumerable.Range(0, 16).AsParallel().WithDegreeOfParallelism(16).Select(_ => Load(file).Current.Id).ToList();

        ids.Distinct().ShouldHaveSingleItem();
        Directory.GetFiles(_directory.Path).ShouldBe([file]);
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.OtherWrite)]
    public void S1_a_key_file_open_to_others_is_refused(UnixFileMode opened)
    {
        var file = Write(Key);
        File.SetUnixFileMode(file, OwnerOnly | opened);

        Failure(() => Load(file)).ShouldContain($"chmod 600 {file}");
    }

    [Fact]
    public void S1_a_lost_key_file_is_not_replaced_when_secrets_depend_on_it()
    {
        var file = _directory.File("master.key");

        Failure(() => KeyRing.LoadOrCreate(new SecretsOptions { MasterKeyFile = file }, mayCreate: false)).ShouldContain("Put it back from your backup");
        File.Exists(file).ShouldBeFalse();
    }

    [Fact]
    public void S1_the_first_key_encrypts_and_the_others_only_open()
    {
        var ring = Load(Write($"{Key}\n{OtherKey}\n"));

        ring.Current.Reveal().ShouldBe(Key);
        ring.Ids.Count.ShouldBe(2);
        KeyRing.Parse($"{Key},{OtherKey}", "test").Ids.ShouldBe(ring.Ids);
    }

    [Fact]
    public void A_key_in_the_environment_wins_over_the_file()
    {
        var file = _directory.File("master.key");

        KeyRing.LoadOrCreate(new SecretsOptions { MasterKey = Key, MasterKeyFile = file }).Current.Reveal().ShouldBe(Key);
        File.Exists(file).ShouldBeFalse();
    }

    [Fact]
    public void T34_without_any_key_the_start_fails_and_says_what_to_set() =>
        Failure(() => KeyRing.LoadOrCreate(new SecretsOptions())).ShouldContain("SLIPWAY_MASTER_KEY");

    [Theory]
    [InlineData("", "holds no key")]
    [InlineData("correct horse battery staple", "key 1 is not base64")]
    [InlineData("c2hvcnQ=", "key 1: A master key is 32 bytes, this one is 5")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "one repeated byte")]
    public void What_is_no_key_is_refused_without_being_shown(string content, string message)
    {
        var error = Failure(() => Load(Write(content)));

        error.ShouldContain(message);
        (content.Length == 0 || !error.Contains(content, StringComparison.Ordinal)).ShouldBeTrue();
    }

    [Fact]
    public void A_file_that_cannot_be_made_is_explained()
    {
        var blocker = Write("x");

        Failure(() => Load(Path.Combine(blocker, "master.key"))).ShouldContain("cannot be used");
    }

    [Fact]
    public void C6_neither_options_nor_keys_print_the_key()
    {
        var key = KeyRing.Parse(Key, "test").Current;

        $"{new SecretsOptions { MasterKey = Key }} {key}".ShouldNotContain(Key);
        key.ToString().ShouldBe("MasterKey 630dcd29");
    }

    [Fact]
    public void A_token_can_be_made_again_but_is_different_for_every_purpose_id_and_key()
    {
        var ring = KeyRing.Parse(Key, "test");

        // Computed with Python: HKDF-SHA256 without salt, then HMAC-SHA256 of the id.
        ring.DeterministicToken("phone-home", "op-1").ShouldBe("-Z4ThW2XHPIEowkdn3NE8ZpyfC8vUTAcYBz5WZ6KkO4");
        new[]
        {
            ring.DeterministicToken("phone-home", "op-1"),
            ring.DeterministicToken("phone-home", "op-2"),
            ring.DeterministicToken("callback", "op-1"),
            KeyRing.Parse(OtherKey, "test").DeterministicToken("phone-home", "op-1"),
        }.ShouldBeUnique();
    }

    private static KeyRing Load(string file) => KeyRing.LoadOrCreate(new SecretsOptions { MasterKeyFile = file });

    private string Write(string content)
    {
        var file = _directory.File("master.key");
        File.WriteAllText(file, content);
        File.SetUnixFileMode(file, OwnerOnly);
        return file;
    }

    private static string Failure(Action action) => Should.Throw<MasterKeyException>(action).Message;
}
