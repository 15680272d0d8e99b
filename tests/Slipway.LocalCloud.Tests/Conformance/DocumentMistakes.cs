namespace Slipway.LocalCloud.Tests.Conformance;

/// <summary>Where the saved document (OpenAPI 3.0.3 of May 2026) is wrong or older than the API: every exception with its reason.</summary>
internal static class DocumentMistakes
{
    private static readonly Mistake[] Known =
    [
        new("datacenter is missing", "Removed from servers and primary IPs on 2026-07-01; the document is older."),
        new("error.details is null", "The live API answers null where nothing is to be told."),
    ];

    /// <summary>The list as the README has it.</summary>
    public static IEnumerable<string> Reasons => Known.Select(m => m.Reason);

    public static bool Explains(string path, string deviation) =>
        Array.Exists(Known, m => deviation.EndsWith(m.Ending, StringComparison.Ordinal) && (m.Path is null || m.Path == path));

    private sealed record Mistake(string Ending, string Reason, string? Path = null);
}
