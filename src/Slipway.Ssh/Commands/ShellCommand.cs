namespace Slipway.Ssh;

/// <summary>
/// A command for the remote POSIX shell in which every value is quoted. It is made from an interpolated string only:
/// <c>ShellCommand.Create($"install -m 0600 /dev/stdin {path}")</c>. There is no way in for a finished string.
/// </summary>
/// <remarks>
/// A value may start with a dash: put <c>--</c> before it where the program would take it for an option. Secrets do not belong
/// here, a command is visible in the machine's process list; send them on standard input.
/// </remarks>
public sealed class ShellCommand
{
    private readonly string _text;

    private ShellCommand(string text) => _text = text;

    /// <summary>Takes the literal parts as shell text and every hole as quoted words; see <see cref="ShellCommandHandler"/>.</summary>
    /// <exception cref="FormatException">
    /// A hole stands where quoting cannot protect it (in quotes, a comment, <c>${…}</c>, <c>$((…))</c>, after a backslash or dollar sign), or
    /// the text uses what cannot be checked (backquotes, here-documents) or ends inside quotes or brackets.
    /// </exception>
    /// <exception cref="ArgumentException">A value cannot be a word: it holds a NUL character or is not valid Unicode.</exception>
    public static ShellCommand Create(ref ShellCommandHandler handler) => new(handler.Finish());

    /// <summary>The shell text with every value quoted.</summary>
    public override string ToString() => _text;
}
