using System.Globalization;

namespace Slipway.Storage.Backups;

/// <summary>When this database was restored from a backup: until somebody says that it has caught up, what it has forgotten is not what is gone.</summary>
public static class RestoreMark
{
    private const string Name = "restored-at";

    /// <returns>Null when it never was, or has caught up.</returns>
    public static async Task<DateTimeOffset?> FindAsync(Settings settings, CancellationToken cancellationToken = default) =>
        long.TryParse(await settings.FindAsync(Name, cancellationToken), NumberStyles.None, CultureInfo.InvariantCulture, out var at)
            ? DateTimeOffset.FromUnixTimeMilliseconds(at)
            : null;

    public static Task SetAsync(Transaction transaction, DateTimeOffset at) =>
        Settings.SetAsync(transaction, Name, at.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture));

    public static Task ClearAsync(Transaction transaction) => Settings.SetAsync(transaction, Name, "");
}
