using Slipway.Testing;

namespace Slipway.Ssh.Tests;

public sealed class SshHostKeyTests
{
    private const string Ed25519 = "AAAAC3NzaC1lZDI1NTE5AAAAIPGgT3dbLM0IyeYPLXkwdny7bK2QATOXPitvGUlnzLki";

    [Theory]
    [InlineData($"ssh-ed25519 {Ed25519}")]
    [InlineData($"  ssh-ed25519\t{Ed25519} root@agt abc \r\n")]
    public void A_public_key_line_is_read_without_its_comment(string line) =>
        SshHostKey.Parse(line).ToString().ShouldBe($"ssh-ed25519 {Ed25519}");

    [Theory]
    [InlineData("ed25519")]
    [InlineData("rsa")]
    [InlineData("ecdsa")]
    public async Task A_fingerprint_is_the_one_ssh_keygen_prints(string type)
    {
        using var directory = new TemporaryDirectory();
        await Commands.RunAsync("ssh-keygen", "-q", "-t", type, "-N", "", "-f", directory.File("key"));

        var key = SshHostKey.Parse(await File.ReadAllTextAsync(directory.File("key.pub")));

        (await Commands.RunAsync("ssh-keygen", "-l", "-f", directory.File("key.pub"))).Split(' ')[1].ShouldBe(key.Fingerprint);
    }

    [Theory]
    [InlineData("")]
    [InlineData("ssh-ed25519")]
    [InlineData("ssh-ed25519 not-base64!")]
    [InlineData("ssh-ed25519 AAAA")]
    [InlineData("ssh-rsa " + Ed25519)]
    [InlineData("ssh-dss " + Ed25519)]
    [InlineData("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPGgT3dbLM0IyeYPLXkwdny7bK2QATOXPitvGUlnzA==")]
    [InlineData("ssh-ed25519 " + Ed25519 + "\n* ssh-ed25519 " + Ed25519)]
    [InlineData("@cert-authority * ssh-ed25519 " + Ed25519)]
    public void What_is_not_exactly_one_key_is_refused(string line) =>
        Should.Throw<FormatException>(() => SshHostKey.Parse(line));

    [Fact]
    public void A_key_cannot_be_made_around_the_checks() =>
        Should.Throw<FormatException>(() => new SshHostKey("ssh-ed25519", $"{Ed25519}\n* {Ed25519}"));
}
