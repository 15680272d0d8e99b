using Spectre.Console.Rendering;

namespace Slipway.Cli.Output;

/// <summary>Text in columns, as wide as it needs to be: no frame, no colour, nothing cut off, fit for cut and grep.</summary>
internal static class Columns
{
    public static void Write(TextWriter output, IReadOnlyList<string> headings, IEnumerable<IReadOnlyList<string?>> rows)
    {
        var lines = rows.Select(row => row.Select(Cell).ToArray()).Prepend([.. headings]).ToList();
        var widths = headings.Select((_, column) => lines.Max(line => Width(line[column]))).ToArray();
        foreach (var line in lines)
        {
            output.WriteLine(string.Join("  ", line.Select((cell, column) => Pad(cell, widths[column]))).TrimEnd());
        }
    }

    /// <summary>One thing, a fact per line; facts nobody knows are left out.</summary>
    public static void WriteFacts(TextWriter output, params IReadOnlyList<(string Name, string? Value)> facts)
    {
        var known = facts.Where(fact => !string.IsNullOrEmpty(fact.Value)).ToList();
        var width = known.Count == 0 ? 0 : known.Max(fact => fact.Name.Length);
        foreach (var (name, value) in known)
        {
            output.WriteLine($"{name.PadRight(width)}  {Cell(value)}");
        }
    }

    public static string Pad(string text, int width) => text + new string(' ', Math.Max(0, width - Width(text)));

    private static string Cell(string? value) =>
        string.IsNullOrEmpty(value) ? "-" : Terminal.Clean(value).Replace('\n', ' ').Replace('\t', ' ');

    private static int Width(string text) => new Segment(text).CellCount();
}
