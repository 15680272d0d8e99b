using System.Text.RegularExpressions;

namespace Slipway.Blueprints;

/// <summary>A regular expression that must match a whole value. It runs in linear time, so that no pattern can hang the server.</summary>
public sealed class ValuePattern
{
    public const int MaximumLength = 500;

    private static readonly TimeSpan MatchTimeout = TimeSpan.FromSeconds(1);

    private readonly Regex _regex;

    private ValuePattern(string text, Regex regex)
    {
        Text = text;
        _regex = regex;
    }

    public string Text { get; }

    /// <summary>The pattern, or null and what is wrong with it.</summary>
    public static ValuePattern? Create(string text, out string problem)
    {
        problem = "";
        if (text.Length > MaximumLength)
        {
            problem = $"it is longer than {MaximumLength} characters";
            return null;
        }

        try
        {
            // Not ^ and $: to .NET, $ also matches before a final line break, and that break would end up in somebody's .env.
            return new ValuePattern(text, new Regex($@"\A(?:{text})\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, MatchTimeout));
        }
        catch (RegexParseException error)
        {
            problem = error.Error == RegexParseError.Unknown ? "it cannot be read" : $"{error.Error} near character {Math.Max(1, error.Offset - 4)}";
        }
        catch (NotSupportedException)
        {
            problem = "look-around, back-references and atomic groups are not supported, nor are very large repeats";
        }

        return null;
    }

    public bool Matches(string value)
    {
        try
        {
            return _regex.IsMatch(value);
        }
        catch (RegexMatchTimeoutException)
        {
            return false;
        }
    }

    public override string ToString() => Text;
}
