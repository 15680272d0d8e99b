using System.Text.RegularExpressions;

namespace Slipway.Ssh;

/// <summary>
/// Tells from ssh's own log why it failed; its exit code is 255 for everything. The log is a file of its own (<c>-E</c>), so nothing a
/// remote command prints is read here, and a server's words only appear behind ssh's, never at the start of a line.
/// </summary>
internal static partial class FailureClassifier
{
    private const RegexOptions Options = RegexOptions.Multiline | RegexOptions.ExplicitCapture;

    public static SshFailure Classify(string log, bool commandBegan)
    {
        // The order matters: a mismatch also prints "Host key verification failed", a late time-out also names "Connection".
        (Regex Pattern, SshFailure Failure)[] rules =
        [
            (Mismatch(), SshFailure.HostKeyMismatch),
            (Unknown(), SshFailure.HostKeyUnknown),
            (Denied(), SshFailure.PermissionDenied),
            (NotResolved(), SshFailure.NameNotResolved),
            (Refused(), SshFailure.ConnectionRefused),
            (Unreachable(), SshFailure.HostUnreachable),
            (Lost(), SshFailure.ConnectionLost),
            (TimedOut(), SshFailure.ConnectionTimedOut),
        ];
        foreach (var (pattern, failure) in rules)
        {
            if (pattern.IsMatch(log))
            {
                return failure;
            }
        }

        return commandBegan ? SshFailure.ConnectionLost : SshFailure.ClientFailed;
    }

    [GeneratedRegex(@"^@ +WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!|^@ +WARNING: REVOKED HOST KEY DETECTED!|^Unable to negotiate with \S+ port \d+: no matching host key type found", Options, 1000)]
    private static partial Regex Mismatch();

    [GeneratedRegex(@"^No \S+ host key is known for|^Host key verification failed\.", Options, 1000)]
    private static partial Regex Unknown();

    [GeneratedRegex(@"^\S+: Permission denied \(|^Received disconnect from .*Too many authentication failures|^Disconnected from .*Too many authentication failures", Options, 1000)]
    private static partial Regex Denied();

    [GeneratedRegex(@"^ssh: Could not resolve hostname", Options, 1000)]
    private static partial Regex NotResolved();

    [GeneratedRegex(@"^ssh: connect to (host|address) .*: Connection refused", Options, 1000)]
    private static partial Regex Refused();

    [GeneratedRegex(@"^ssh: connect to (host|address) .*: (No route to host|Network is unreachable|Host is down)", Options, 1000)]
    private static partial Regex Unreachable();

    [GeneratedRegex(@"^Timeout, server .* not responding|^Connection (closed|reset) by|^Connection to .* closed by remote host|^(client_loop|kex_exchange_identification|ssh_exchange_identification|ssh_dispatch_run_fatal|packet_write_wait|Read from remote host|Received disconnect from|Disconnected from|banner exchange).*|: Broken pipe|: Connection reset by peer", Options, 1000)]
    private static partial Regex Lost();

    [GeneratedRegex(@"^ssh: connect to (host|address) .*: (Connection|Operation) timed out|^Connection timed out during banner exchange|^Connection to .* timed out|^Connection timed out", Options, 1000)]
    private static partial Regex TimedOut();
}
