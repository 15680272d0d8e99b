using System.Globalization;
using System.Text.RegularExpressions;

namespace Slipway.EndToEnd.Agents;

/// <summary>systemd's own judgement of how much a unit is exposed.</summary>
internal static partial class Security
{
    /// <summary>0 is shut in, 10 is open.</summary>
    public static async Task<double> ScoreAsync(RealMachine machine, string unit)
    {
        var said = await machine.RunAsync($"systemd-analyze security --no-pager {unit}.service");
        return double.Parse(Score().Match(said).Groups["score"].Value, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"Overall exposure level for .*: (?<score>[\d.]+)", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Score();
}
