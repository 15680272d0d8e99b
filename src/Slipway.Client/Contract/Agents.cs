namespace Slipway.Client;

/// <summary>Body of <c>POST /v1/agents</c>: an order for one agent.</summary>
public sealed record CreateAgentRequest
{
    /// <summary>The blueprint's name, as <c>GET /v1/blueprints</c> lists it.</summary>
    public required string Blueprint { get; init; }

    /// <summary>Free text the operator or customer recognises the agent by; at most 100 characters.</summary>
    public string? Name { get; init; }

    /// <summary>The one location wanted, of those the blueprint lists, or null to try them all in the blueprint's order.</summary>
    public string? Location { get; init; }

    /// <summary>A value for each secret the blueprint asks for. Stored encrypted; no answer ever contains them.</summary>
    public IReadOnlyDictionary<string, string> Secrets { get; init; } = new Dictionary<string, string>();

    /// <summary>True provisions at once without a payment; needs the scope <c>agents:grant</c> and is audited.</summary>
    public bool WithoutPayment { get; init; }

    /// <summary>The order without its secrets' values.</summary>
    public override string ToString() => $"CreateAgentRequest {{ Blueprint = {Blueprint}, Secrets = {string.Join(", ", Secrets.Keys)} }}";
}

/// <summary>Body of <c>POST /v1/agents/{id}/secrets</c>: what is to change of an agent's secrets.</summary>
public sealed record ChangeSecretsRequest
{
    /// <summary>New values by name; an empty one takes an optional secret away. Those not named stay as they are.</summary>
    public required IReadOnlyDictionary<string, string> Secrets { get; init; }

    /// <summary>The names only.</summary>
    public override string ToString() => $"ChangeSecretsRequest {{ Secrets = {string.Join(", ", Secrets.Keys)} }}";
}

/// <summary>Body of <c>POST /v1/agents/{id}/update</c>.</summary>
public sealed record UpdateAgentRequest
{
    /// <summary>Secrets that the new version asks for, or others, by name; an empty one takes an optional secret away. Those not named stay as they are.</summary>
    public IReadOnlyDictionary<string, string> Secrets { get => field ?? new Dictionary<string, string>(); init; }

    /// <summary>The names only.</summary>
    public override string ToString() => $"UpdateAgentRequest {{ Secrets = {string.Join(", ", Secrets.Keys)} }}";
}

/// <summary>Body of <c>POST /v1/agents/{id}/ssh</c>.</summary>
/// <param name="PublicKey">An ed25519 public key as its <c>.pub</c> file holds it.</param>
public sealed record OpenShellRequest(string PublicKey);

/// <summary>Answer of <c>POST /v1/agents/{id}/ssh</c>: the way to a shell on the agent's machine. Nothing in it is secret.</summary>
public sealed record ShellAccess
{
    /// <summary>The certificate for the key: the line of a <c>-cert.pub</c> file.</summary>
    public required string Certificate { get; init; }

    /// <summary>When no session can be begun with it any more (UTC).</summary>
    public required DateTimeOffset ValidBefore { get; init; }

    /// <summary>The machine's address, in the tailnet if the server goes that way.</summary>
    public required string Host { get; init; }

    /// <summary>The account to log in to.</summary>
    public required string User { get; init; }

    /// <summary>The machine's name, which its host key is known under whatever its address is.</summary>
    public required string HostKeyAlias { get; init; }

    /// <summary>The pinned host key, as <c>ssh-ed25519 AAAA…</c>.</summary>
    public required string HostKey { get; init; }
}

/// <summary>Answer of <c>POST /v1/agents/{id}/link</c>.</summary>
/// <param name="Url">The customer's page. Whoever has it can stop, start and cancel the agent: send it to nobody else.</param>
public sealed record CustomerLink(string Url)
{
    /// <summary>Says nothing of the address, which is a key.</summary>
    public override string ToString() => "CustomerLink { Url = *** }";
}

/// <summary>Answer of <c>GET /v1/agents/{id}/logs</c>.</summary>
/// <param name="Lines">Lines of the unit's log, oldest first; the agent's secrets are shown as <c>***</c>.</param>
/// <param name="Cursor">Give it as <c>after</c> to go on reading there; null when the log is empty.</param>
public sealed record AgentLog(IReadOnlyList<string> Lines, string? Cursor = null);

/// <summary>An agent: what a customer has, and what is wanted of it.</summary>
public sealed record AgentResource
{
    /// <summary>The agent's id, e.g. <c>agt-7k3mq…</c>; valid as a host name.</summary>
    public required string Id { get; init; }

    /// <summary>The name given with the order, if any.</summary>
    public string? Name { get; init; }

    /// <summary>The blueprint the agent is made from.</summary>
    public required string Blueprint { get; init; }

    /// <summary>The version of the blueprint that it runs: <see cref="BlueprintResource.Digest"/> as it was when the agent was ordered or last updated.</summary>
    public string? BlueprintDigest { get; init; }

    /// <summary><c>draft</c>, <c>active</c>, <c>paused</c>, <c>closed</c> or <c>error</c>; clients must tolerate others.</summary>
    public required string Status { get; init; }

    /// <summary>What is wanted of it: <c>nothing</c> (not paid), <c>running</c>, <c>stopped</c> or <c>destroyed</c>.</summary>
    public required string Wanted { get; init; }

    /// <summary>The id of the operation under way, or of the last one; null before the first.</summary>
    public string? Operation { get; init; }

    /// <summary>True while an operation is under way.</summary>
    public bool Busy { get; init; }

    /// <summary>Why the agent is in error, and what to do.</summary>
    public string? Error { get; init; }

    /// <summary>The agent's machine, once one was asked for.</summary>
    public MachineResource? Machine { get; init; }

    /// <summary>When the order was made (UTC).</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the agent last changed (UTC).</summary>
    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>The machine an agent runs on.</summary>
public sealed record MachineResource
{
    /// <summary>The server's name at Hetzner.</summary>
    public required string Name { get; init; }

    /// <summary><c>pending</c>, <c>creating</c>, <c>cloud_init</c>, <c>injecting_secrets</c>, <c>running</c>, <c>stopping</c>, <c>stopped</c>, <c>starting</c>, <c>destroying</c>, <c>gone</c> or <c>failed</c>.</summary>
    public required string Status { get; init; }

    /// <summary>Hetzner's id of the server, once known.</summary>
    public long? ServerId { get; init; }

    /// <summary>Where it stands, e.g. <c>fsn1</c>.</summary>
    public string? Location { get; init; }

    /// <summary>Hetzner's server type, e.g. <c>cx23</c>.</summary>
    public string? ServerType { get; init; }

    /// <summary>The public IPv4 address.</summary>
    public string? Ipv4 { get; init; }

    /// <summary>The public IPv6 network or address.</summary>
    public string? Ipv6 { get; init; }

    /// <summary>The address in the tailnet.</summary>
    public string? TailscaleIp { get; init; }

    /// <summary>Tailscale's node id.</summary>
    public string? TailscaleNodeId { get; init; }

    /// <summary>SHA-256 fingerprint of the pinned SSH host key.</summary>
    public string? HostKeyFingerprint { get; init; }

    /// <summary>When it last became running (UTC).</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it was stopped (UTC); null while it runs.</summary>
    public DateTimeOffset? StoppedAt { get; init; }
}

/// <summary>Answer of <c>GET /v1/agents</c>.</summary>
public sealed record AgentList(IReadOnlyList<AgentResource> Agents);
