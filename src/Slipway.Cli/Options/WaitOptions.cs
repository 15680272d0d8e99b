using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Slipway.Cli.Options;

/// <summary>Whether to follow what was started, and for how long at most; null is without end.</summary>
internal sealed record WaitSettings(bool Waits, TimeSpan? Timeout);

/// <summary><c>--wait</c>, <c>--no-wait</c> and <c>--timeout</c>, the same for every command that starts something.</summary>
internal sealed partial class WaitOptions
{
    private readonly Option<bool> _wait = new("--wait") { Description = Words.WaitOption };
    private readonly Option<bool> _noWait = new("--no-wait") { Description = Words.NoWaitOption };

    private readonly Option<TimeSpan?> _timeout = CreateTimeout();

    public void AddTo(Command command)
    {
        command.Options.Add(_wait);
        command.Options.Add(_noWait);
        command.Options.Add(_timeout);
        command.Validators.Add(result =>
        {
            if (result.GetValue(_wait) && result.GetValue(_noWait))
            {
                result.AddError(Words.WaitAndNoWait);
            }
        });
    }

    public WaitSettings Read(ParseResult parse, bool byDefault) =>
        new(parse.GetValue(_wait) || (byDefault && !parse.GetValue(_noWait)), parse.GetValue(_timeout));

    public static Option<TimeSpan?> CreateTimeout() => new("--timeout")
    {
        Description = Words.TimeoutOption,
        HelpName = "10m",
        CustomParser = ParseDuration,
    };

    private static TimeSpan? ParseDuration(ArgumentResult result)
    {
        var match = Duration.Match(result.Tokens[0].Value);
        if (match.Success && result.Tokens[0].Value.Length > 0)
        {
            var sum = new TimeSpan(Part(match, "h"), Part(match, "m"), Part(match, "s"));
            if (sum > TimeSpan.Zero && sum <= TimeSpan.FromDays(40))
            {
                return sum;
            }
        }

        result.AddError(Words.BadDuration(result.Tokens[0].Value));
        return null;
    }

    private static int Part(Match match, string unit) =>
        match.Groups[unit].Success ? int.Parse(match.Groups[unit].ValueSpan, CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex("^((?<h>[0-9]{1,3})h)?((?<m>[0-9]{1,5})m)?((?<s>[0-9]{1,6})s)?$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Duration { get; }
}
