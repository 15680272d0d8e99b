namespace Slipway.LocalCloud.Tests.Conformance;

/// <summary>Where the saved document (OpenAPI 3.0.3 of May 2026) is wrong or older than the API: every exception with its reason.</summary>
internal static class DocumentMistakes
{
    private static readonly Mistake[] Known =
    [
        new("datacenter is missing", "Removed from servers and primary IPs on 2026-07-01; the document is older."),
        new("assignee_type is 'unassigned', which is not in its enumeration", "What a free primary IP says since 2026-08-01; the document is older."),
        new("$.action is null", "A primary IP that is given to nobody has nothing under way; clients of Hetzner's own read null.", "/primary_ips"),
        new("$.action is null", "The same for a floating IP.", "/floating_ips"),
        new("error.details is null", "The live API answers null where nothing is to be told."),
    ];

    /// <summary>The list as the README has it.</summary>
    public static IEnumerable<string> Reasons => Known.Select(m => m.Reason);

    public static bool Explains(string path, string deviation) =>
        Array.Exists(Known, m => deviation.EndsWith(m.Ending, StringComparison.Ordinal) && (m.Path is null || m.Path == path));

    private sealed record Mistake(string Ending, string Reason, string? Path = null);
}
