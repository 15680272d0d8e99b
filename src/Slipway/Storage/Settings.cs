namespace Slipway.Storage;

/// <summary>Facts about this control plane that are made once and never change, such as its id.</summary>
public sealed class Settings(Database database)
{
    /// <summary>Reads a fact, or keeps the one <paramref name="make"/> gives; of two that start at once, the first wins.</summary>
    public Task<string> GetOrAddAsync(string name, Func<string> make, CancellationToken cancellationToken = default) =>
        database.WriteAsync(transaction => GetOrAddAsync(transaction, name, make()), cancellationToken);

    public static async Task<string> GetOrAddAsync(Transaction transaction, string name, string value)
    {
        await transaction.ExecuteAsync("INSERT INTO settings (name, value) VALUES (@name, @value) ON CONFLICT (name) DO NOTHING", new { name, value });
        return (await transaction.FirstOrDefaultAsync<string>("SELECT value FROM settings WHERE name = @name", new { name }))!;
    }

    public Task<string?> FindAsync(string name, CancellationToken cancellationToken = default) =>
        database.FirstOrDefaultAsync<string>("SELECT value FROM settings WHERE name = @name", new { name }, cancellationToken);

    public static Task SetAsync(Transaction transaction, string name, string value) => transaction.ExecuteAsync(
        "INSERT INTO settings (name, value) VALUES (@name, @value) ON CONFLICT (name) DO UPDATE SET value = excluded.value", new { name, value });
}
