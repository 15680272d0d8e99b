using System.Globalization;

namespace Slipway.Cli.Output;

/// <summary>Times and lengths as people read them. Times are UTC, as everywhere in Slipway.</summary>
internal static class Format
{
    public static string? Time(DateTimeOffset? at) => at?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public static string Clock(DateTimeOffset at) => at.UtcDateTime.ToString("HH:mm:ss", CultureInfo.InvariantCulture);

    public static string Length(TimeSpan length) => length switch
    {
        _ when length < TimeSpan.Zero => "0.0 s",
        _ when length < TimeSpan.FromSeconds(60) => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(length.TotalSeconds * 10) / 10:0.0} s"),
        _ when length < TimeSpan.FromHours(1) => string.Create(CultureInfo.InvariantCulture, $"{length.Minutes} m {length.Seconds:00} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{(int)length.TotalHours} h {length.Minutes:00} m"),
    };
}
