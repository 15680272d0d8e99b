namespace Slipway.Ssh;

/// <summary>Where OpenSSH's programs are and how patient a connection is.</summary>
public sealed class SshOptions
{
    /// <summary>The directory holding <c>ssh</c>, <c>ssh-keygen</c>, <c>ssh-agent</c> and <c>ssh-add</c>; null looks on <c>PATH</c>.</summary>
    public string? ToolDirectory { get; set; }

    /// <summary>
    /// Where sockets, public keys and host keys of running connections are kept (mode 0700, emptied on dispose). Null takes the first usable of
    /// <c>$RUNTIME_DIRECTORY</c>, <c>$XDG_RUNTIME_DIR</c>, <c>/dev/shm</c> and the temporary directory. Letters, digits and <c>/._+-</c> only,
    /// and short: a Unix socket's path ends at 107 bytes.
    /// </summary>
    public string? WorkDirectory { get; set; }

    /// <summary>The longest wait for the TCP connection and the key exchange together. Whole seconds, at least one. <value>30 seconds.</value></summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often an idle server is asked whether it lives. Whole seconds, at least one. <value>5 seconds.</value></summary>
    public TimeSpan ServerAliveInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How many of those questions may stay unanswered before the connection counts as lost. <value>3.</value></summary>
    public int ServerAliveCountMax { get; set; } = 3;

    /// <summary>How long a connection and its command may take together when a call names no time-out. <value>5 minutes.</value></summary>
    public TimeSpan CommandTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a user certificate is valid after it was issued. <value>5 minutes.</value></summary>
    public TimeSpan CertificateLifetime { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Who issues certificates: the first part of their key id, which the machine's sshd writes to its log. <value>slipway</value></summary>
    public string Identity { get; set; } = "slipway";

    /// <summary>The most bytes kept of standard output, and of standard error; of more, the beginning and the end are kept. <value>1 MiB.</value></summary>
    public int OutputLimit { get; set; } = 1024 * 1024;
}
