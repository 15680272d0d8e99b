using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Slipway.Ssh;

/// <summary>What the remote side reported: whether the command began, its exit status if it ended, and its own standard error.</summary>
internal sealed record RemoteReport(bool Began, int? ExitCode, string Stderr);

/// <summary>
/// The command wrapped so that its exit status arrives in words. ssh's own exit code cannot tell a command's 255 from a failed
/// connection; these marks, random for each connection, can.
/// </summary>
internal sealed class RemoteScript
{
    /// <summary>Linux takes no single argument over 128 KiB, and sshd passes the command as one.</summary>
    private const int LongestCommand = 120 * 1024;

    /// <summary>
    /// Runs in its own shell, so that the command's <c>exit</c>, <c>set -e</c> or a syntax error cannot skip the end mark. A lost connection does not
    /// end a command without a terminal; <c>timeout</c> does, where the machine has it.
    /// </summary>
    private const string Wrapper =
        """
        echo "$2 begin" >&2
        if command -v timeout >/dev/null 2>&1; then timeout -k 5 "$3" sh -c "$1"; else sh -c "$1"; fi
        status=$?
        printf '\n%s end %d\n' "$2" "$status" >&2
        exit "$status"
        """;

    private readonly string _begin;
    private readonly string _end;

    private RemoteScript(string text, string marker)
    {
        Text = text;
        (_begin, _end) = ($"{marker} begin\n", $"\n{marker} end ");
    }

    public string Text { get; }

    public static RemoteScript Create(ShellCommand command, TimeSpan timeout)
    {
        var marker = RandomNumberGenerator.GetHexString(32, lowercase: true);
        var seconds = ((long)Math.Ceiling(timeout.TotalSeconds) + 1).ToString(CultureInfo.InvariantCulture);
        var text = $"exec sh -c {ShellCommandHandler.Quote(Wrapper)} sh {ShellCommandHandler.Quote(command.ToString())} {marker} {seconds}";
        var length = Encoding.UTF8.GetByteCount(text);
        return length <= LongestCommand
            ? new RemoteScript(text, marker)
            : throw new ArgumentException($"The SSH command is {length} bytes long, over the limit of {LongestCommand}. Send long input on standard input.", nameof(command));
    }

    /// <summary>Takes the marks out of the remote standard error. What a login shell wrote before the command is not the command's.</summary>
    public RemoteReport Read(string stderr)
    {
        var begin = stderr.IndexOf(_begin, StringComparison.Ordinal);
        if (begin < 0)
        {
            return new RemoteReport(false, null, stderr);
        }

        var own = stderr[(begin + _begin.Length)..];
        var end = own.LastIndexOf(_end, StringComparison.Ordinal);
        var status = end < 0 ? -1 : own.IndexOf('\n', end + _end.Length);
        if (status < 0 || !int.TryParse(own.AsSpan(end + _end.Length, status - end - _end.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var exitCode))
        {
            return new RemoteReport(true, null, own);
        }

        return new RemoteReport(true, exitCode, own[..end] + own[(status + 1)..]);
    }
}
