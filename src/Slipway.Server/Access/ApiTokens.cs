using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Slipway.Storage;

namespace Slipway.Server.Access;

/// <summary>What a token may do.</summary>
public static class Scopes
{
    public const string Read = "read";
    public const string Write = "agents:write";
    public const string Grant = "agents:grant";
    public const string Shell = "agents:shell";

    public static readonly IReadOnlyList<string> All = [Read, Write, Grant, Shell];
}

/// <summary>Who calls, by token.</summary>
public sealed record Caller(string Id, string Name, IReadOnlyList<string> Scopes);

/// <summary>API tokens: 256 random bits each, kept only as a hash.</summary>
public sealed class ApiTokens(Database database, IdSource ids, Entropy entropy, TimeProvider time)
{
    /// <summary>Makes a token with every scope, if there is none at all yet.</summary>
    /// <returns>The token, readable this once; null when there were tokens.</returns>
    public Task<string?> CreateFirstAsync() => database.WriteAsync(async transaction =>
        await transaction.FirstOrDefaultAsync<long>("SELECT COUNT(*) FROM api_tokens") == 0 ? await CreateAsync(transaction, "first", Scopes.All) : null);

    public async Task<Caller?> FindAsync(string token, CancellationToken cancellationToken)
    {
        // Looked up by the id inside the token, compared by hash in constant time: the index leaks nothing of the secret.
        var parts = token.Split('_');
        if (parts is not ["slw", var id, _])
        {
            return null;
        }

        var row = await database.FirstOrDefaultAsync<TokenRow>("SELECT id, hash, name, scopes FROM api_tokens WHERE id = @id", new { id }, cancellationToken);
        return row is not null && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(row.Hash), Encoding.ASCII.GetBytes(Hash(token)))
            ? new Caller(row.Id, row.Name, row.Scopes.Split(' '))
            : null;
    }

    public async Task<string> CreateAsync(Transaction transaction, string name, IReadOnlyList<string> scopes)
    {
        var id = ids.Next("tok");
        var secret = new byte[32];
        entropy.Fill(secret);
        // The separator may not occur in the secret's own alphabet.
        var token = $"slw_{id}_{Base64Url.EncodeToString(secret).Replace('_', '.')}";
        await transaction.ExecuteAsync(
            "INSERT INTO api_tokens (id, hash, name, scopes, created_at) VALUES (@id, @hash, @name, @scopes, @now)",
            new { id, hash = Hash(token), name, scopes = string.Join(' ', scopes), now = time.GetUtcNow() });
        return token;
    }

    private static string Hash(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    private sealed record TokenRow
    {
        public required string Id { get; init; }

        public required string Hash { get; init; }

        public required string Name { get; init; }

        public required string Scopes { get; init; }
    }
}
