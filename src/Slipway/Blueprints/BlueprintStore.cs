using System.Collections.Concurrent;
using System.Text.Json;
using Slipway.Storage;

namespace Slipway.Blueprints;

/// <summary>Every blueprint an agent was ever ordered with, by digest: the file may change, the agent's does not.</summary>
public sealed class BlueprintStore(Database database, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, Blueprint> _read = new(StringComparer.Ordinal);

    public Task KeepAsync(Transaction transaction, Blueprint blueprint) => transaction.ExecuteAsync(
        """
        INSERT INTO blueprints (digest, name, yaml, parameters, created_at) VALUES (@Digest, @Name, @Yaml, @parameters, @now)
        ON CONFLICT (digest) DO NOTHING
        """,
        new
        {
            blueprint.Digest,
            blueprint.Name,
            blueprint.Yaml,
            parameters = JsonSerializer.Serialize(
                blueprint.Parameters.ToDictionary(p => p.Name, p => p.Value, StringComparer.Ordinal), BlueprintJson.Default.DictionaryStringString),
            now = time.GetUtcNow(),
        });

    /// <summary>Reads a blueprint; what a digest names never changes, so it is read and parsed once.</summary>
    public async Task<Blueprint> GetAsync(string digest, CancellationToken cancellationToken = default)
    {
        if (_read.TryGetValue(digest, out var known))
        {
            return known;
        }

        var row = await database.FirstOrDefaultAsync<BlueprintRow>(
            "SELECT name, yaml, parameters FROM blueprints WHERE digest = @digest", new { digest }, cancellationToken)
            ?? throw new BlueprintNotFoundException($"The database holds no blueprint with digest {digest}.");
        var parameters = JsonSerializer.Deserialize(row.Parameters, BlueprintJson.Default.DictionaryStringString)!;
        return _read.GetOrAdd(digest, BlueprintParser.Parse(row.Yaml, row.Name + ".yaml").WithParameters(parameters) with { Digest = digest });
    }

    private sealed record BlueprintRow
    {
        public required string Name { get; init; }

        public required string Yaml { get; init; }

        public required string Parameters { get; init; }
    }
}
