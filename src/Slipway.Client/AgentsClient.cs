using System.Net;
using System.Net.Http.Json;

namespace Slipway.Client;

/// <summary>Agents: <c>/v1/agents</c>.</summary>
public sealed class AgentsClient
{
    internal AgentsClient(SlipwayConnection connection) => Connection = connection;

    internal SlipwayConnection Connection { get; }

    /// <summary>Orders an agent. Without a payment it stays a draft until one arrives.</summary>
    /// <param name="request">The order. Its secrets travel in the body only.</param>
    /// <param name="cancellationToken">Stops waiting for the answer; the order may stand.</param>
    /// <returns>The agent as it was made; its <see cref="AgentResource.Operation"/> is the provisioning, if that began.</returns>
    public async Task<AgentResource> CreateAsync(CreateAgentRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var body = JsonContent.Create(request, SlipwayJson.Default.CreateAgentRequest);
        return (await Connection.PostAsync("v1/agents", body, SlipwayJson.Default.AgentResource, cancellationToken)).Body;
    }

    /// <summary>All agents the token may see.</summary>
    /// <param name="cancellationToken">Stops the request.</param>
    public async Task<IReadOnlyList<AgentResource>> ListAsync(CancellationToken cancellationToken = default) =>
        (await Connection.GetAsync("v1/agents", SlipwayJson.Default.AgentList, cancellationToken)).Agents;

    /// <summary>One agent; 404 <c>agent_not_found</c> when there is none.</summary>
    /// <param name="id">The agent's id, e.g. <c>agt-7k3mq…</c>.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    public Task<AgentResource> GetAsync(string id, CancellationToken cancellationToken = default) =>
        Connection.GetAsync($"v1/agents/{SlipwayConnection.Segment(id)}", SlipwayJson.Default.AgentResource, cancellationToken);

    /// <summary>Wants the agent stopped: its machine is shut down and kept.</summary>
    /// <inheritdoc cref="DestroyAsync" path="/param|/returns"/>
    public Task<AgentChange> StopAsync(string id, CancellationToken cancellationToken = default) => ChangeAsync(id, "stop", cancellationToken);

    /// <summary>Wants a stopped agent running again.</summary>
    /// <inheritdoc cref="DestroyAsync" path="/param|/returns"/>
    public Task<AgentChange> StartAsync(string id, CancellationToken cancellationToken = default) => ChangeAsync(id, "start", cancellationToken);

    /// <summary>Wants the agent gone, with its machine and everything on it. During another operation it is a wish on that one.</summary>
    /// <param name="id">The agent's id, e.g. <c>agt-7k3mq…</c>.</param>
    /// <param name="cancellationToken">Stops waiting for the answer; the wish may stand.</param>
    /// <returns>The agent, and whether anything had to be done.</returns>
    public Task<AgentChange> DestroyAsync(string id, CancellationToken cancellationToken = default) => ChangeAsync(id, "destroy", cancellationToken);

    /// <summary>Tries again what an agent in error failed at.</summary>
    /// <inheritdoc cref="DestroyAsync" path="/param|/returns"/>
    public Task<AgentChange> RetryAsync(string id, CancellationToken cancellationToken = default) => ChangeAsync(id, "retry", cancellationToken);

    private async Task<AgentChange> ChangeAsync(string id, string verb, CancellationToken cancellationToken)
    {
        var path = $"v1/agents/{SlipwayConnection.Segment(id)}/{verb}";
        var (status, agent) = await Connection.PostAsync(path, null, SlipwayJson.Default.AgentResource, cancellationToken);
        return new AgentChange(agent, status == HttpStatusCode.Accepted);
    }
}

/// <summary>What a wish for an agent led to.</summary>
/// <param name="Agent">The agent after the wish; when accepted, its <see cref="AgentResource.Operation"/> is the one to follow.</param>
/// <param name="Accepted">True when work was started or added to (HTTP 202); false when nothing had to be done (HTTP 200).</param>
public sealed record AgentChange(AgentResource Agent, bool Accepted);
