using System.Globalization;

namespace Slipway.Storage.Backups;

/// <summary>When this database was restored from a backup: until somebody says that it has caught up, what it has forgotten is not what is gone.</summary>
public static class RestoreMark
{
    private const string Restored = "restored-at";
    private const string Accepted = "restore-accepted-at";

    /// <returns>Null when it never was, or when somebody has said since that it has caught up.</returns>
    public static async Task<DateTimeOffset?> FindAsync(Settings settings, CancellationToken cancellationToken = default) =>
        await LastAsync(settings, cancellationToken) is { } restored && !(await ReadAsync(settings, Accepted, cancellationToken) >= restored) ? restored : null;

    /// <returns>When it was last restored, whatever was said since; null when it never was.</returns>
    public static Task<DateTimeOffset?> LastAsync(Settings settings, CancellationToken cancellationToken = default) => ReadAsync(settings, Restored, cancellationToken);

    public static Task SetAsync(Transaction transaction, DateTimeOffset at) => WriteAsync(transaction, Restored, at);

    /// <summary>Somebody says that what is missing is really gone.</summary>
    public static Task AcceptAsync(Transaction transaction, DateTimeOffset at) => WriteAsync(transaction, Accepted, at);

    private static async Task<DateTimeOffset?> ReadAsync(Settings settings, string name, CancellationToken cancellationToken) =>
        long.TryParse(await settings.FindAsync(name, cancellationToken), NumberStyles.None, CultureInfo.InvariantCulture, out var at)
            ? DateTimeOffset.FromUnixTimeMilliseconds(at)
            : null;

    private static Task WriteAsync(Transaction transaction, string name, DateTimeOffset at) =>
        Settings.SetAsync(transaction, name, at.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture));
}
