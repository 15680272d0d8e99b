using System.Globalization;
using System.Net;
using System.Net.Http.Json;

namespace Slipway.Client;

/// <summary>Agents: <c>/v1/agents</c>.</summary>
public sealed partial class AgentsClient
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

    /// <summary>Gives a running agent other secrets: they are placed, the agent restarted and asked whether it is well; otherwise the former are put back.</summary>
    /// <param name="id">The agent's id, e.g. <c>agt-7k3mq…</c>.</param>
    /// <param name="secrets">New values by name; an empty one takes an optional secret away.</param>
    /// <param name="cancellationToken">Stops waiting for the answer; the change may stand.</param>
    /// <returns>The agent, with the operation to follow; 409 <c>cannot_change_secrets</c> when it does not run or another operation is under way.</returns>
    public Task<AgentChange> ChangeSecretsAsync(string id, IReadOnlyDictionary<string, string> secrets, CancellationToken cancellationToken = default) =>
        ChangeAsync(id, "secrets", cancellationToken, JsonContent.Create(new ChangeSecretsRequest { Secrets = secrets }, SlipwayJson.Default.ChangeSecretsRequest));

    /// <summary>
    /// Brings the version of its blueprint that the server offers now to a running agent: placed, restarted and asked whether it is well; otherwise the former version is put
    /// back. 409 <c>needs_rebuild</c> when only a new machine can have it, 422 <c>invalid_secrets</c> when the version asks for others, 409 <c>cannot_update</c> when the agent does not
    /// run or another operation is under way.
    /// </summary>
    /// <param name="id">The agent's id, e.g. <c>agt-7k3mq…</c>.</param>
    /// <param name="secrets">Secrets to change with it, by name; null changes none.</param>
    /// <param name="cancellationToken">Stops waiting for the answer; the update may stand.</param>
    /// <returns>The agent, with the operation to follow; not accepted when it runs that version already.</returns>
    public Task<AgentChange> UpdateAsync(string id, IReadOnlyDictionary<string, string>? secrets = null, CancellationToken cancellationToken = default) =>
        ChangeAsync(
            id, "update", cancellationToken,
            JsonContent.Create(new UpdateAgentRequest { Secrets = secrets ?? new Dictionary<string, string>() }, SlipwayJson.Default.UpdateAgentRequest));

    /// <summary>
    /// Has a key certified for a shell on the agent's machine, for minutes. Needs the scope <c>agents:shell</c> and is audited; 409 <c>no_machine</c> when none runs.
    /// </summary>
    /// <param name="id">The agent's id, e.g. <c>agt-7k3mq…</c>.</param>
    /// <param name="publicKey">An ed25519 public key as its <c>.pub</c> file holds it; the private key stays where it is.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    public async Task<ShellAccess> OpenShellAsync(string id, string publicKey, CancellationToken cancellationToken = default) =>
        (await Connection.PostAsync(
            $"v1/agents/{SlipwayConnection.Segment(id)}/ssh",
            JsonContent.Create(new OpenShellRequest(publicKey), SlipwayJson.Default.OpenShellRequest),
            SlipwayJson.Default.ShellAccess,
            cancellationToken)).Body;

    /// <summary>
    /// Makes a new link to the page of an agent's customer, and every link before it worthless; is audited. 409 <c>no_customer</c> when the agent was not ordered on
    /// the server's own page.
    /// </summary>
    /// <param name="id">The agent's id, e.g. <c>agt-7k3mq…</c>.</param>
    /// <param name="cancellationToken">Stops waiting for the answer; the links before may be worthless by then.</param>
    public async Task<CustomerLink> ReplaceLinkAsync(string id, CancellationToken cancellationToken = default) =>
        (await Connection.PostAsync($"v1/agents/{SlipwayConnection.Segment(id)}/link", null, SlipwayJson.Default.CustomerLink, cancellationToken)).Body;

    /// <summary>The log of an agent's unit, read on its machine; 409 <c>no_machine</c> when none runs, 502 <c>machine_unreachable</c> when it cannot be asked.</summary>
    /// <param name="id">The agent's id, e.g. <c>agt-7k3mq…</c>.</param>
    /// <param name="lines">How many at most, the newest; up to 1000.</param>
    /// <param name="after">The cursor of an earlier answer: only what came since.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    public Task<AgentLog> LogAsync(string id, int lines = 100, string? after = null, CancellationToken cancellationToken = default) =>
        Connection.GetAsync(
            string.Create(CultureInfo.InvariantCulture, $"v1/agents/{SlipwayConnection.Segment(id)}/logs?lines={lines}{(after is null ? "" : "&after=" + Uri.EscapeDataString(after))}"),
            SlipwayJson.Default.AgentLog,
            cancellationToken);

    private async Task<AgentChange> ChangeAsync(string id, string verb, CancellationToken cancellationToken, HttpContent? body = null)
    {
        var path = $"v1/agents/{SlipwayConnection.Segment(id)}/{verb}";
        var (status, agent) = await Connection.PostAsync(path, body, SlipwayJson.Default.AgentResource, cancellationToken);
        return new AgentChange(agent, status == HttpStatusCode.Accepted);
    }
}

/// <summary>What a wish for an agent led to.</summary>
/// <param name="Agent">The agent after the wish; when accepted, its <see cref="AgentResource.Operation"/> is the one to follow.</param>
/// <param name="Accepted">True when work was started or added to (HTTP 202); false when nothing had to be done (HTTP 200).</param>
public sealed record AgentChange(AgentResource Agent, bool Accepted);
