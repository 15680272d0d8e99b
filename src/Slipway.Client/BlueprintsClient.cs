using System.Net.Http.Json;

namespace Slipway.Client;

/// <summary>Blueprints: <c>/v1/blueprints</c>.</summary>
public sealed class BlueprintsClient
{
    private readonly SlipwayConnection _connection;

    internal BlueprintsClient(SlipwayConnection connection) => _connection = connection;

    /// <summary>What can be ordered, without the documents themselves.</summary>
    /// <param name="cancellationToken">Stops the request.</param>
    public async Task<IReadOnlyList<BlueprintResource>> ListAsync(CancellationToken cancellationToken = default) =>
        (await _connection.GetAsync("v1/blueprints", SlipwayJson.Default.BlueprintList, cancellationToken)).Blueprints;

    /// <summary>One blueprint with its document; 404 <c>blueprint_not_found</c> when there is none.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    public Task<BlueprintResource> GetAsync(string name, CancellationToken cancellationToken = default) =>
        _connection.GetAsync($"v1/blueprints/{SlipwayConnection.Segment(name)}", SlipwayJson.Default.BlueprintResource, cancellationToken);

    /// <summary>Has the server check a document. Nothing is stored.</summary>
    /// <param name="fileName">The file's name, which the blueprint's own name has to agree with.</param>
    /// <param name="yaml">The document.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    /// <returns>Every mistake found, with line and column from 1; empty when there is none.</returns>
    public async Task<IReadOnlyList<BlueprintProblemResource>> ValidateAsync(
        string fileName, string yaml, CancellationToken cancellationToken = default)
    {
        var body = JsonContent.Create(new ValidateBlueprintRequest(fileName, yaml), SlipwayJson.Default.ValidateBlueprintRequest);
        var (_, answer) = await _connection.PostAsync("v1/blueprints/validate", body, SlipwayJson.Default.BlueprintValidation, cancellationToken);
        return answer.Problems;
    }
}
