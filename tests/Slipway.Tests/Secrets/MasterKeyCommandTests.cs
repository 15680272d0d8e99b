using Slipway.Secrets;

namespace Slipway.Tests.Secrets;

public sealed class MasterKeyCommandTests
{
    [Fact]
    public void S1_Keys_may_come_from_a_command()
    {
        var (first, second) = (MasterKey.Create(), MasterKey.Create());

        var ring = KeyRing.LoadOrCreate(new SecretsOptions { MasterKeyCommand = $"echo {first.Reveal()}; echo {second.Reveal()}", MasterKeyFile = "/nonexistent" });

        ring.Current.Id.ShouldBe(first.Id);
        ring.Find(second.Id).ShouldNotBeNull();
    }

    [Theory]
    [InlineData("echo planted-secret; exit 3", "exit code 3")]
    [InlineData("no-such-helper-planted 2>/dev/null", "exit code 127")]
    [InlineData("true", "holds no key")]
    [InlineData("echo planted-secret", "is not base64")]
    [InlineData("yes planted-secret | head -c 100000", "16 KiB")]
    public void S1_A_command_that_gives_no_key_is_refused_without_repeating_what_it_said(string command, string why)
    {
        var refusal = Should.Throw<MasterKeyException>(() => KeyRing.LoadOrCreate(new SecretsOptions { MasterKeyCommand = command }));

        refusal.ToString().ShouldContain(why);
        refusal.Message.ShouldNotContain("planted");
    }

    [Fact]
    public void S1_A_command_that_does_not_end_is_ended() =>
        Should.Throw<MasterKeyException>(() => MasterKeyCommand.Run("sleep 60", TimeSpan.FromMilliseconds(200))).Message.ShouldContain("did not end");
}
