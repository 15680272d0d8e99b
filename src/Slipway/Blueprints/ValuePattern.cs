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
            // By itself first: a pattern such as "a)|(b" only reads well once it is wrapped, and would undo the anchors.
            _ = Compile(text);

            // Not ^ and $: to .NET, $ also matches before a final line break, and that break would end up in somebody's .env.
            return new ValuePattern(text, Compile($@"\A(?:{text})\z"));
        }
        catch (RegexParseException error)
        {
            problem = error.Error == RegexParseError.Unknown ? "it cannot be read" : $"{error.Error} near character {error.Offset}";
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

    private static Regex Compile(string text) => new(text, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, MatchTimeout);
}
