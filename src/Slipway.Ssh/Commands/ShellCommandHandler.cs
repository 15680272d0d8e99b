using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Slipway.Ssh;

/// <summary>Builds a <see cref="ShellCommand"/>: literals stay as they are, every hole becomes quoted words. The compiler calls it.</summary>
[InterpolatedStringHandler]
public ref struct ShellCommandHandler
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private readonly StringBuilder _text;
    private readonly ShellScanner _scanner = new();

    /// <summary>Called by the compiler.</summary>
    /// <param name="literalLength">The length of all literals.</param>
    /// <param name="formattedCount">The number of holes.</param>
    public ShellCommandHandler(int literalLength, int formattedCount) => _text = new StringBuilder(literalLength + (formattedCount * 16));

    /// <summary>Adds shell text written in the source code.</summary>
    /// <param name="literal">The text between two holes.</param>
    public readonly void AppendLiteral(string literal)
    {
        _scanner.Read(literal);
        _text.Append(literal);
    }

    /// <summary>Adds a value as exactly one word, also when it is empty.</summary>
    /// <param name="value">Any text without NUL.</param>
    public readonly void AppendFormatted(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        _scanner.ReadHole(isEmpty: false);
        AppendQuoted(value);
    }

    /// <summary>Adds each value as one word, separated by blanks; no values add nothing.</summary>
    /// <param name="values">The words.</param>
    public readonly void AppendFormatted(IEnumerable<string> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        var words = values.ToArray();
        _scanner.ReadHole(isEmpty: words.Length == 0);
        for (var i = 0; i < words.Length; i++)
        {
            _text.Append(i == 0 ? "" : " ");
            AppendQuoted(words[i]);
        }
    }

    /// <summary>Adds a whole command as one word, for <c>sh -c</c> and its like.</summary>
    /// <param name="command">The inner command.</param>
    public readonly void AppendFormatted(ShellCommand command)
    {
        ArgumentNullException.ThrowIfNull(command);
        AppendFormatted(command.ToString());
    }

    /// <summary>Adds a number, written the invariant way, as one word.</summary>
    /// <typeparam name="T">The number's type.</typeparam>
    /// <param name="value">The number.</param>
    public readonly void AppendFormatted<T>(T value)
        where T : struct, IFormattable
        => AppendFormatted(value.ToString(null, CultureInfo.InvariantCulture));

    internal readonly string Finish()
    {
        _scanner.Finish();
        return _text.ToString();
    }

    /// <summary>One word in single quotes, in which a shell gives nothing but the quote itself a meaning.</summary>
    internal static string Quote(string value) => $"'{value.Replace("'", @"'\''")}'";

    private readonly void AppendQuoted(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (value.Contains('\0'))
        {
            throw new ArgumentException("A shell word cannot contain a NUL character. Send binary data on standard input.", nameof(value));
        }

        try
        {
            _ = Strict.GetByteCount(value);
        }
        catch (EncoderFallbackException exception)
        {
            throw new ArgumentException(
                $"A shell word must be valid Unicode, but character {exception.Index} of this one is half a surrogate pair. Send binary data on standard input.",
                nameof(value),
                exception);
        }

        _text.Append(Quote(value));
    }
}
