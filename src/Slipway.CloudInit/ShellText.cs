namespace Slipway.CloudInit;

/// <summary>Text for a POSIX shell.</summary>
public static class ShellText
{
    /// <summary>Quotes a value so that a shell reads it as exactly one word, whatever characters it has.</summary>
    /// <param name="value">Any text without a NUL character.</param>
    /// <returns>The value in single quotes; a single quote inside becomes <c>'\''</c>.</returns>
    /// <exception cref="ArgumentException">The value has a NUL character, which no shell word can hold.</exception>
    public static string Quote(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (value.Contains('\0'))
        {
            throw new ArgumentException("A shell word cannot hold a NUL character; remove it from the value.", nameof(value));
        }

        return $"'{value.Replace("'", @"'\''", StringComparison.Ordinal)}'";
    }
}
