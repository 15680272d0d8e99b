namespace Slipway.Ssh.Tests;

/// <summary>The README's example, compiled here and run by <see cref="DocumentationTests"/>.</summary>
internal static class ReadmeExample
{
    public static async Task<SshResult> RunAsync(
        string privateKey, string host, int port, string user, string hostKeyLine, string path, byte[] token)
    {
        var options = new SshOptions();
        await using var authority = await SshCertificateAuthority.OpenAsync(privateKey, options);
        var ssh = new SshClient(options, authority);

        var machine = new SshTarget { Host = host, Port = port, User = user, HostKeyAlias = "agt-abc" };
        var pinned = SshHostKey.Parse(hostKeyLine);
        var result = await ssh.RunAsync(
            machine, pinned, ShellCommand.Create($"install -m 0600 /dev/stdin {path}"), stdin: token, timeout: TimeSpan.FromSeconds(30));
        return result;
    }
}
