using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Slipway.EndToEnd;

/// <summary>What the kernel itself still has of real machines, not what our own code says of it.</summary>
internal static class Kernel
{
    /// <param name="octet">The bridge number of the only LocalCloud that is meant; null is any on this computer.</param>
    public static async Task<IReadOnlyList<string>> FindLeftoversAsync(int? octet = null)
    {
        var n = octet is null ? @"\d+" : $"{octet}";
        var network = Matching($@"^(slw{n}(n\d+)?|vb-slw{n}-\d+|vp{n}-\d+-\d+)$");
        var path = Matching($"(slipway-local/instances/{n}(/|$)|slipway-local-{n}(/|$))");
        return
        [
            .. Directory.GetDirectories("/sys/class/net").Select(d => Path.GetFileName(d)).Where(i => network.IsMatch(i)).Select(i => $"interface {i}"),
            .. (await ReadAsync("ip", "route")).Where(r => Matching($@"dev slw{n}\b").IsMatch(r)).Select(r => $"route {r}"),
            .. File.ReadLines("/proc/self/mounts").Where(m => Array.Exists(m.Split(' '), f => path.IsMatch(f))).Select(m => $"mount {m}"),
            .. (await ReadAsync("nft", "list", "tables")).Where(t => Matching($@"slipway_local_{n}$").IsMatch(t)).Select(t => $"nft {t}"),
            .. Entries("/sys/fs/cgroup", recursive: true).Where(d => Matching($@"/slipway-local-{n}$").IsMatch(d)).Select(d => $"control group {d}"),
            .. Entries("/run/netns", recursive: false).Where(f => Path.GetFileName(f).StartsWith($"slipway-test-{Environment.ProcessId}", StringComparison.Ordinal)).Select(f => $"network namespace {f}"),
            .. Entries("/run/slipway-local", recursive: false).Where(f => Matching($@"/{n}\.json$").IsMatch(f)).Select(f => $"record {f}"),
            .. Entries("/var/lib/slipway-local/instances", recursive: false).Where(d => path.IsMatch(d)).Select(d => $"directory {d}"),
            .. Containers().Where(c => Matching($@"--machine=slw{n}-\d+").IsMatch(c)).Select(c => $"process {c}"),
        ];
    }

    private static Regex Matching(string pattern) => new(pattern, RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));

    private static IEnumerable<string> Entries(string directory, bool recursive) => Directory.Exists(directory)
        ? Directory.EnumerateFileSystemEntries(directory, "*", new EnumerationOptions { RecurseSubdirectories = recursive, MaxRecursionDepth = 2, IgnoreInaccessible = true })
        : [];

    private static IEnumerable<string> Containers() => Directory.GetDirectories("/proc").Where(d => char.IsAsciiDigit(Path.GetFileName(d)[0])).Select(CommandLine)
        .Where(c => c.StartsWith("systemd-nspawn", StringComparison.Ordinal));

    private static string CommandLine(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline")).Replace('\0', ' ');
        }
        catch (IOException)
        {
            // It has just ended.
            return "";
        }
    }

    private static async Task<string[]> ReadAsync(string tool, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(tool, arguments) { UseShellExecute = false, RedirectStandardOutput = true })!;
            var said = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            return said.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // Without the tool there never was a network.
            return [];
        }
    }
}
