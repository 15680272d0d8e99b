using System.Globalization;
using System.Net.Http.Json;

namespace Slipway.Client;

public sealed partial class AgentsClient
{
    /// <summary>The snapshots of an agent's disk, newest first; also of an agent that is closed.</summary>
    /// <param name="id">The agent's id, e.g. <c>agt-7k3mq…</c>.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    public async Task<IReadOnlyList<SnapshotResource>> SnapshotsAsync(string id, CancellationToken cancellationToken = default) =>
        (await Connection.GetAsync($"v1/agents/{SlipwayConnection.Segment(id)}/snapshots", SlipwayJson.Default.SnapshotList, cancellationToken)).Snapshots;

    /// <summary>Has Hetzner copy the agent's disk, with everything on it. An agent that runs goes on meanwhile: the copy is as a disk is after a power cut.</summary>
    /// <param name="id">The agent's id, e.g. <c>agt-7k3mq…</c>.</param>
    /// <param name="request">How it is called, and whether it outlives the agent.</param>
    /// <param name="cancellationToken">Stops waiting for the answer; the snapshot may be made.</param>
    /// <returns>The agent, with the operation to follow; 409 <c>cannot_snapshot</c> when it neither runs nor is stopped, or another operation is under way.</returns>
    public Task<AgentChange> TakeSnapshotAsync(string id, TakeSnapshotRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return ChangeAsync(id, "snapshots", cancellationToken, JsonContent.Create(request, SlipwayJson.Default.TakeSnapshotRequest));
    }

    /// <summary>Deletes a snapshot, also of an agent that is closed.</summary>
    /// <param name="id">The agent's id, e.g. <c>agt-7k3mq…</c>.</param>
    /// <param name="snapshot">The snapshot's <see cref="SnapshotResource.Id"/>.</param>
    /// <param name="cancellationToken">Stops waiting for the answer; the deletion may stand.</param>
    /// <returns>The agent, with the operation to follow; 404 <c>snapshot_not_found</c>, or 409 <c>cannot_snapshot_delete</c> when another operation is under way.</returns>
    public async Task<AgentChange> DeleteSnapshotAsync(string id, long snapshot, CancellationToken cancellationToken = default)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"v1/agents/{SlipwayConnection.Segment(id)}/snapshots/{snapshot}");
        using var request = new HttpRequestMessage(HttpMethod.Delete, path);
        using var response = await Connection.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        return new AgentChange(await Connection.ReadAsync(response, SlipwayJson.Default.AgentResource, cancellationToken), Accepted: true);
    }

    /// <summary>Gives the agent's machine another server type. One that runs is shut down, changed, switched on and seen well; what fails is put back.</summary>
    /// <param name="id">The agent's id, e.g. <c>agt-7k3mq…</c>.</param>
    /// <param name="request">What it is to become.</param>
    /// <param name="cancellationToken">Stops waiting for the answer; the change may stand.</param>
    /// <returns>The agent, with the operation to follow; 409 <c>cannot_resize</c> when it neither runs nor is stopped, or another operation is under way.</returns>
    public Task<AgentChange> ResizeAsync(string id, ResizeAgentRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return ChangeAsync(id, "resize", cancellationToken, JsonContent.Create(request, SlipwayJson.Default.ResizeAgentRequest));
    }

    /// <summary>Makes the agent's machine anew on the server it has, with its address. Everything on its disk is lost; its secrets are placed again.</summary>
    /// <param name="id">The agent's id, e.g. <c>agt-7k3mq…</c>.</param>
    /// <param name="cancellationToken">Stops waiting for the answer; the rebuild may stand.</param>
    /// <returns>The agent, with the operation to follow; 409 <c>cannot_rebuild</c> when it does not run, or another operation is under way.</returns>
    public Task<AgentChange> RebuildAsync(string id, CancellationToken cancellationToken = default) => ChangeAsync(id, "rebuild", cancellationToken);
}
