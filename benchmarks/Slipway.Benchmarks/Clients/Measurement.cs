using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Slipway.Benchmarks.Clients;

/// <summary>What a command took, its children included, and what it said.</summary>
/// <param name="Wall">From start to end.</param>
/// <param name="Cpu">User and system time of all its processes.</param>
/// <param name="PeakKilobytes">The largest resident set of any one of its processes.</param>
/// <param name="Failures">How often it said on stderr that something failed.</param>
/// <param name="Output">What it said on stdout.</param>
public sealed partial record Measurement(TimeSpan Wall, TimeSpan Cpu, long PeakKilobytes, int Failures, string Output)
{
    /// <summary>Runs a command in a fresh process under GNU time, which counts children that were waited for.</summary>
    public static async Task<Measurement> OfAsync(Contender contender, IReadOnlyList<string> command, CancellationToken cancellationToken)
    {
        var report = Path.GetTempFileName();
        try
        {
            var start = new ProcessStartInfo("/usr/bin/time", ["--quiet", "--output", report, "--format", "%e %U %S %M", .. command])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            };
            foreach (var (name, value) in contender.Environment)
            {
                start.Environment[name] = value;
            }

            using var process = Process.Start(start)!;
            await using var stop = cancellationToken.Register(() => process.Kill(entireProcessTree: true));
            var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
            var errors = await process.StandardError.ReadToEndAsync(CancellationToken.None);
            await process.WaitForExitAsync(CancellationToken.None);
            cancellationToken.ThrowIfCancellationRequested();

            var failures = Failure().Count(errors);
            if (process.ExitCode != 0 && failures == 0)
            {
                throw new InvalidOperationException($"{contender.Name} ended with {process.ExitCode}: {errors.Trim()}");
            }

            var numbers = (await File.ReadAllTextAsync(report, CancellationToken.None)).Split(' ', '\n');
            double Seconds(int i) => double.Parse(numbers[i], CultureInfo.InvariantCulture);
            return new Measurement(
                TimeSpan.FromSeconds(Seconds(0)), TimeSpan.FromSeconds(Seconds(1) + Seconds(2)),
                long.Parse(numbers[3], CultureInfo.InvariantCulture), failures, await output);
        }
        finally
        {
            File.Delete(report);
        }
    }

    /// <summary>The CLI names itself before its reason; our own two programs say "failed".</summary>
    [GeneratedRegex("(hcloud|failed): ", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Failure();
}
