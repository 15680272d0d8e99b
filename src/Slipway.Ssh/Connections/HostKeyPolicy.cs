namespace Slipway.Ssh;

/// <summary>Which host key a connection accepts.</summary>
internal sealed record HostKeyPolicy(string StrictHostKeyChecking, string Algorithms, string KnownHosts)
{
    /// <summary>Any ed25519 key, noted in the connection's own known_hosts file.</summary>
    public static HostKeyPolicy AcceptAny { get; } = new("accept-new", "ssh-ed25519", "");

    public static HostKeyPolicy Pinned(string alias, SshHostKey key) => new("yes", key.Algorithms, $"{alias} {key}\n");
}
