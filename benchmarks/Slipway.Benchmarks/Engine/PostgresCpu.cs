using System.Globalization;

namespace Slipway.Benchmarks.Engine;

/// <summary>What a PostgreSQL has used of the processors: its first process and all it has started, the ended ones included.</summary>
public static class PostgresCpu
{
    /// <returns>Seconds; 0 when there is none.</returns>
    public static double Read(DirectoryInfo? data)
    {
        if (data is null)
        {
            return 0;
        }

        var first = File.ReadLines(Path.Combine(data.FullName, "postmaster.pid")).First();
        return Directory.EnumerateDirectories("/proc").Sum(p => Seconds(p, first));
    }

    private static double Seconds(string process, string first)
    {
        if (!char.IsAsciiDigit(Path.GetFileName(process)[0]))
        {
            return 0;
        }

        try
        {
            // After the name in brackets: 2 is the parent, 12 and 13 its own time, 14 and 15 that of its ended children.
            var text = File.ReadAllText(Path.Combine(process, "stat"));
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            var own = Path.GetFileName(process) == first;
            return own || fields[1] == first
                ? fields[11..(own ? 15 : 13)].Sum(f => double.Parse(f, CultureInfo.InvariantCulture)) / 100
                : 0;
        }
        catch (IOException)
        {
            // It has ended since the directory was listed.
            return 0;
        }
    }
}
