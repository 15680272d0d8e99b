namespace Slipway.Ssh;

/// <summary>Why a connection did not bring back a command's result.</summary>
public enum SshFailure
{
    /// <summary>The host proved to be someone else than the pinned key says, or cannot show a key of that type. Final.</summary>
    HostKeyMismatch,

    /// <summary>There is no pinned key for the host.</summary>
    HostKeyUnknown,

    /// <summary>The host does not accept the certificate; on a machine still being set up it may do so later.</summary>
    PermissionDenied,

    /// <summary>Nothing listens on the port.</summary>
    ConnectionRefused,

    /// <summary>The host did not answer, or did not finish the key exchange, in <see cref="SshOptions.ConnectTimeout"/>.</summary>
    ConnectionTimedOut,

    /// <summary>The connection ended early; whether the command finished is not known.</summary>
    ConnectionLost,

    /// <summary>No route leads to the host.</summary>
    HostUnreachable,

    /// <summary>The host's name has no address.</summary>
    NameNotResolved,

    /// <summary>The call's time-out passed; the connection was closed and whether the command finished is not known.</summary>
    CommandTimedOut,

    /// <summary>A program of OpenSSH, or the remote shell, could not do its part; the details say what it wrote.</summary>
    ClientFailed,
}

/// <summary>A connection that did not bring back a command's result. Never contains standard input or the command.</summary>
public sealed class SshException : Exception
{
    private const int MostDetails = 2000;

    /// <summary>Makes the exception; the message is composed of the failure, the host and what to do about it.</summary>
    /// <param name="failure">Why.</param>
    /// <param name="host">The machine as the operator knows it, e.g. <c>agt-abc (100.64.0.7:22)</c>; empty for a failure on this machine.</param>
    /// <param name="details">What OpenSSH wrote; shortened and freed of control characters.</param>
    /// <param name="innerException">The cause, if another exception was.</param>
    public SshException(SshFailure failure, string host, string details, Exception? innerException = null)
        : base(Compose(failure, host, Clean(details)), innerException)
    {
        Failure = failure;
        Host = host;
        Details = Clean(details);
    }

    /// <summary>Why.</summary>
    public SshFailure Failure { get; }

    /// <summary>True when trying again cannot help and must not happen: the host key is not the pinned one.</summary>
    public bool IsFinal => Failure == SshFailure.HostKeyMismatch;

    /// <summary>The machine as the operator knows it; empty for a failure on this machine.</summary>
    public string Host { get; }

    /// <summary>What OpenSSH wrote, at most 2,000 characters, without control characters.</summary>
    public string Details { get; }

    private static string Compose(SshFailure failure, string host, string details)
    {
        var what = failure switch
        {
            SshFailure.HostKeyMismatch => "the host key is not the pinned one. Somebody may be in between, or the machine was replaced: compare fingerprints, then pin the new key",
            SshFailure.HostKeyUnknown => "no host key is pinned for it. Pin the key the machine reported",
            SshFailure.PermissionDenied => "it does not accept the certificate. Check TrustedUserCAKeys, the principals file and both clocks; a machine still being set up may accept it later",
            SshFailure.ConnectionRefused => "nothing listens on the port. Wait for sshd, or check the port and the firewall",
            SshFailure.ConnectionTimedOut => "it did not answer in time. Check that the machine runs and the network reaches it",
            SshFailure.ConnectionLost => "the connection was lost, so the command may or may not have finished. Look before repeating it",
            SshFailure.HostUnreachable => "there is no route to it. Check this machine's network",
            SshFailure.NameNotResolved => "its name has no address. Check the name and DNS",
            SshFailure.CommandTimedOut => "the command did not finish in time and the connection was closed. Look before repeating it",
            _ => "OpenSSH could not do its part",
        };
        return $"SSH{(host.Length > 0 ? $" to {host}" : "")} failed ({failure}): {what}.{(details.Length > 0 ? $" It said: {details}" : "")}";
    }

    private static string Clean(string details)
    {
        var text = string.Concat(details.Trim().Select(c => c == '\n' ? ' ' : c).Where(c => !char.IsControl(c)));
        return text.Length <= MostDetails ? text : text[..MostDetails] + "…";
    }
}
