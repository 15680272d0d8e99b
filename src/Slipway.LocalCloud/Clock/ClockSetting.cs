using System.Globalization;

namespace Slipway.LocalCloud.Clock;

/// <summary>How LocalCloud's time runs: <c>real</c>, <c>scaled:60</c>, or <c>stepped</c> with a start or without.</summary>
/// <param name="Mode">The word it was given as.</param>
/// <param name="Scale">How many times faster than real time; 0 stands still until it is moved.</param>
/// <param name="Start">When it starts; null is now.</param>
public sealed record ClockSetting(string Mode, double Scale, DateTimeOffset? Start = null)
{
    /// <summary>As real time runs.</summary>
    public static ClockSetting Real { get; } = new("real", 1);

    /// <summary>Reads the option's text; null when it is none of the three.</summary>
    public static ClockSetting? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var (mode, rest) = text.Split(':', 2) is [var first, var second] ? (first, second) : (text, null);
        return (mode, rest) switch
        {
            ("real", null) => Real,
            ("stepped", null) => new ClockSetting("stepped", 0),
            ("stepped", _) when DateTimeOffset.TryParse(
                rest, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var start) =>
                new ClockSetting("stepped", 0, start),
            ("scaled", _) when double.TryParse(rest, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var scale)
                && scale is > 0 and <= 1_000_000 => new ClockSetting("scaled", scale),
            _ => null,
        };
    }
}
