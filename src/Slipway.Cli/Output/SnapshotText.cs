using System.Globalization;
using Slipway.Client;

namespace Slipway.Cli.Output;

/// <summary>Snapshots for people.</summary>
internal static class SnapshotText
{
    public static void Write(TextWriter output, IEnumerable<SnapshotResource> snapshots) => Columns.Write(
        output,
        ["ID", "STATUS", "SIZE", "KEPT", "DESCRIPTION", "OPERATION", "CREATED"],
        snapshots.Select(snapshot => new[]
        {
            snapshot.Id?.ToString(CultureInfo.InvariantCulture), snapshot.Status, Size(snapshot.SizeMb), snapshot.Keep ? "yes" : "no", snapshot.Description,
            snapshot.Operation, Format.Time(snapshot.CreatedAt),
        }));

    private static string? Size(long? megabytes) => megabytes is { } mb ? string.Create(CultureInfo.InvariantCulture, $"{mb / 1000.0:0.00} GB") : null;
}
