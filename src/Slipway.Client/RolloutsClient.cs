using System.Net.Http.Json;

namespace Slipway.Client;

/// <summary>New versions of blueprints on their way to running agents: <c>/v1/rollouts</c>.</summary>
public sealed class RolloutsClient
{
    private readonly SlipwayConnection _connection;

    internal RolloutsClient(SlipwayConnection connection) => _connection = connection;

    /// <summary>
    /// Brings the version of a blueprint that the server offers now to all its running agents: one first, then the rest, each verified or put back; the first that has to be
    /// put back stops the roll-out. 409 <c>nothing_to_update</c>, <c>cannot_be_canary</c>, or <c>rollout_running</c> while another of the blueprint is under way.
    /// </summary>
    /// <param name="request">Which blueprint, who goes first, and how many at a time.</param>
    /// <param name="cancellationToken">Stops waiting for the answer; the roll-out may stand.</param>
    public async Task<RolloutResource> CreateAsync(CreateRolloutRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var body = JsonContent.Create(request, SlipwayJson.Default.CreateRolloutRequest);
        return (await _connection.PostAsync("v1/rollouts", body, SlipwayJson.Default.RolloutResource, cancellationToken)).Body;
    }

    /// <summary>The newest roll-outs, newest first, without their agents.</summary>
    /// <param name="cancellationToken">Stops the request.</param>
    public async Task<IReadOnlyList<RolloutResource>> ListAsync(CancellationToken cancellationToken = default) =>
        (await _connection.GetAsync("v1/rollouts", SlipwayJson.Default.RolloutList, cancellationToken)).Rollouts;

    /// <summary>One roll-out and each of its agents; 404 <c>rollout_not_found</c> when there is none.</summary>
    /// <param name="id">The roll-out's id, e.g. <c>rol-…</c>.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    public Task<RolloutResource> GetAsync(string id, CancellationToken cancellationToken = default) =>
        _connection.GetAsync($"v1/rollouts/{SlipwayConnection.Segment(id)}", SlipwayJson.Default.RolloutResource, cancellationToken);

    /// <summary>Stops a roll-out: updates that were begun come to their end, and whoever was not begun stays as it is. One that has ended is not changed.</summary>
    /// <param name="id">The roll-out's id, e.g. <c>rol-…</c>.</param>
    /// <param name="cancellationToken">Stops waiting for the answer; the wish may stand.</param>
    public async Task<RolloutResource> CancelAsync(string id, CancellationToken cancellationToken = default) =>
        (await _connection.PostAsync($"v1/rollouts/{SlipwayConnection.Segment(id)}/cancel", null, SlipwayJson.Default.RolloutResource, cancellationToken)).Body;
}
