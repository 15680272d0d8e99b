using System.Globalization;
using Slipway.Storage;

namespace Slipway.Secrets;

/// <summary>Secrets by owner and name, encrypted; a row copied to another owner or name does not decrypt.</summary>
public sealed class SecretStore(Database database, SecretCipher cipher, TimeProvider time)
{
    /// <summary>More than any log of a machine reaches back for.</summary>
    private const int MostFormer = 200;

    /// <summary>Keeps a secret unless there is one of that name already.</summary>
    public Task AddAsync(Transaction transaction, string owner, string name, Secret secret) => transaction.ExecuteAsync(
        "INSERT INTO secrets (owner, name, ciphertext, updated_at) VALUES (@owner, @name, @ciphertext, @now) ON CONFLICT DO NOTHING",
        new { owner, name, ciphertext = cipher.Encrypt(secret, Context(owner, name)), now = time.GetUtcNow() });

    public Task PutAsync(Transaction transaction, string owner, string name, Secret secret) => transaction.ExecuteAsync(
        """
        INSERT INTO secrets (owner, name, ciphertext, updated_at) VALUES (@owner, @name, @ciphertext, @now)
        ON CONFLICT (owner, name) DO UPDATE SET ciphertext = excluded.ciphertext, updated_at = excluded.updated_at
        """,
        new { owner, name, ciphertext = cipher.Encrypt(secret, Context(owner, name)), now = time.GetUtcNow() });

    public async Task<Secret?> FindAsync(string owner, string name, CancellationToken cancellationToken = default)
    {
        var ciphertext = await database.FirstOrDefaultAsync<string>(
            "SELECT ciphertext FROM secrets WHERE owner = @owner AND name = @name", new { owner, name }, cancellationToken);
        return ciphertext is null ? null : cipher.Decrypt(ciphertext, Context(owner, name));
    }

    public async Task<IReadOnlyDictionary<string, Secret>> ReadAllAsync(string owner, CancellationToken cancellationToken = default)
    {
        var rows = await database.QueryAsync<(string Name, string Ciphertext)>(
            "SELECT name, ciphertext FROM secrets WHERE owner = @owner", new { owner }, cancellationToken);
        return rows.ToDictionary(r => r.Name, r => cipher.Decrypt(r.Ciphertext, Context(owner, r.Name)), StringComparer.Ordinal);
    }

    /// <summary>The ids of the keys that are needed to read all that is stored.</summary>
    // A ciphertext begins with "v1." and the eight characters of its key's id; no more of it needs to be read.
    public async Task<IReadOnlyList<string>> ListKeysAsync(CancellationToken cancellationToken = default) =>
        [.. (await database.QueryAsync<string>("SELECT DISTINCT SUBSTR(ciphertext, 1, 11) FROM secrets", null, cancellationToken)).Select(SecretCipher.KeyOf)];

    /// <summary>How many secrets each key is needed for.</summary>
    public async Task<IReadOnlyDictionary<string, long>> CountByKeyAsync(CancellationToken cancellationToken = default) =>
        (await database.QueryAsync<(string Start, long Count)>(
            "SELECT SUBSTR(ciphertext, 1, 11), COUNT(*) FROM secrets GROUP BY SUBSTR(ciphertext, 1, 11)", null, cancellationToken))
        .ToDictionary(row => SecretCipher.KeyOf(row.Start), row => row.Count, StringComparer.Ordinal);

    /// <summary>Where secrets of a key are, as owner and name.</summary>
    public async Task<IReadOnlyList<string>> ListPlacesAsync(string keyId, int limit, CancellationToken cancellationToken = default) =>
        [.. (await database.QueryAsync<(string Owner, string Name)>(
            "SELECT owner, name FROM secrets WHERE SUBSTR(ciphertext, 1, 12) = @start ORDER BY owner, name LIMIT @limit",
            new { start = SecretCipher.StartOf(keyId), limit },
            cancellationToken)).Select(row => $"{row.Owner}/{row.Name}")];

    /// <summary>Some secrets behind a place that an older key was used for.</summary>
    internal Task<IReadOnlyList<SecretRow>> ListOutdatedAsync(SecretRow? behind, int limit, CancellationToken cancellationToken) => database.QueryAsync<SecretRow>(
        """
        SELECT owner, name, ciphertext FROM secrets
        WHERE SUBSTR(ciphertext, 1, 12) <> @current AND (owner > @owner OR (owner = @owner AND name > @name))
        ORDER BY owner, name LIMIT @limit
        """,
        new { current = cipher.CurrentStart, owner = behind?.Owner ?? "", name = behind?.Name ?? "", limit },
        cancellationToken);

    /// <summary>Encrypts a secret with the current key, unless it was changed meanwhile.</summary>
    /// <exception cref="SecretDecryptionException">It does not open.</exception>
    internal async Task<bool> ReencryptAsync(SecretRow row, CancellationToken cancellationToken)
    {
        var place = Context(row.Owner, row.Name);
        var ciphertext = cipher.Encrypt(cipher.Decrypt(row.Ciphertext, place), place);
        // It is the same secret as before, so its time stays.
        return await database.WriteAsync(
            transaction => transaction.ExecuteAsync(
                "UPDATE secrets SET ciphertext = @ciphertext WHERE owner = @Owner AND name = @Name AND ciphertext = @before",
                new { row.Owner, row.Name, before = row.Ciphertext, ciphertext }),
            cancellationToken) == 1;
    }

    /// <summary>Opens every secret of a database once.</summary>
    /// <exception cref="SecretDecryptionException">One does not open, which is named.</exception>
    public static async Task CheckAllAsync(Database database, SecretCipher cipher)
    {
        foreach (var (owner, name, ciphertext) in await database.QueryAsync<(string Owner, string Name, string Ciphertext)>("SELECT owner, name, ciphertext FROM secrets"))
        {
            cipher.Decrypt(ciphertext, Context(owner, name));
        }
    }

    public static Task DeleteAsync(Transaction transaction, string owner, string name) =>
        transaction.ExecuteAsync("DELETE FROM secrets WHERE owner = @owner AND name = @name", new { owner, name });

    /// <summary>Forgets everything of an owner, also what is put aside for it and what it had before.</summary>
    public static Task DeleteAllAsync(Transaction transaction, string owner) => transaction.ExecuteAsync(
        "DELETE FROM secrets WHERE owner = @owner OR owner = @aside OR owner = @former", new { owner, aside = Aside(owner), former = Former(owner) });

    /// <summary>Puts secrets aside that are to take the place of an owner's; an empty one is to be taken away.</summary>
    public async Task PutAsideAsync(Transaction transaction, string owner, IReadOnlyDictionary<string, Secret> secrets)
    {
        await DeleteAsideAsync(transaction, owner);
        foreach (var (name, secret) in secrets)
        {
            await PutAsync(transaction, Aside(owner), name, secret);
        }
    }

    public Task<IReadOnlyDictionary<string, Secret>> ReadAsideAsync(string owner, CancellationToken cancellationToken = default) => ReadAllAsync(Aside(owner), cancellationToken);

    /// <summary>What was put aside takes its place; what it replaces is kept as a former one.</summary>
    public async Task AdoptAsync(Transaction transaction, string owner, IReadOnlyDictionary<string, Secret> aside)
    {
        foreach (var (name, secret) in aside)
        {
            if (await transaction.FirstOrDefaultAsync<string>("SELECT ciphertext FROM secrets WHERE owner = @owner AND name = @name", new { owner, name }) is { } replaced)
            {
                await KeepFormerAsync(transaction, owner, cipher.Decrypt(replaced, Context(owner, name)));
            }

            await (secret.Reveal().Length == 0 ? DeleteAsync(transaction, owner, name) : PutAsync(transaction, owner, name, secret));
        }

        await DeleteAsideAsync(transaction, owner);
    }

    /// <summary>What was put aside comes to nothing. It may have been on the machine, so it is kept as a former one.</summary>
    public async Task GiveUpAsideAsync(Transaction transaction, string owner)
    {
        foreach (var secret in await ReadAsync(transaction, Aside(owner)))
        {
            await KeepFormerAsync(transaction, owner, secret.Value);
        }

        await DeleteAsideAsync(transaction, owner);
    }

    /// <summary>
    /// What an owner's machine was once given, the newest last: nothing is done with it but to recognise it in what the machine prints. Each is there
    /// once, and of very many the oldest are forgotten.
    /// </summary>
    public async Task<IReadOnlyList<Secret>> ReadFormerAsync(string owner, CancellationToken cancellationToken = default) =>
        [.. (await ReadAllAsync(Former(owner), cancellationToken)).OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => s.Value)];

    private async Task KeepFormerAsync(Transaction transaction, string owner, Secret secret)
    {
        var kept = await ReadAsync(transaction, Former(owner));
        if (secret.Reveal().Length == 0 || kept.Any(k => k.Value.Reveal() == secret.Reveal()))
        {
            return;
        }

        var next = kept.Count == 0 ? 0 : int.Parse(kept[^1].Name, CultureInfo.InvariantCulture) + 1;
        await PutAsync(transaction, Former(owner), next.ToString("D9", CultureInfo.InvariantCulture), secret);
        foreach (var oldest in kept.Take(kept.Count + 1 - MostFormer))
        {
            await DeleteAsync(transaction, Former(owner), oldest.Name);
        }
    }

    private async Task<IReadOnlyList<(string Name, Secret Value)>> ReadAsync(Transaction transaction, string owner)
    {
        var rows = await transaction.QueryAsync<(string Name, string Ciphertext)>("SELECT name, ciphertext FROM secrets WHERE owner = @owner ORDER BY name", new { owner });
        return [.. rows.Select(r => (r.Name, cipher.Decrypt(r.Ciphertext, Context(owner, r.Name))))];
    }

    private static Task<int> DeleteAsideAsync(Transaction transaction, string owner) =>
        transaction.ExecuteAsync("DELETE FROM secrets WHERE owner = @aside", new { aside = Aside(owner) });

    private static string Aside(string owner) => owner + "/aside";

    private static string Former(string owner) => owner + "/former";

    private static string Context(string owner, string name) => $"secrets/ciphertext/{owner}/{name}";
}

/// <summary>A row of <c>secrets</c>.</summary>
internal sealed record SecretRow
{
    public required string Owner { get; init; }

    public required string Name { get; init; }

    public required string Ciphertext { get; init; }
}
