using System.Text;
using System.Text.Json.Serialization;

namespace Slipway.Client;

/// <summary>
/// What a workflow run tells the server at <c>POST /callbacks/github</c>, signed with the callback secret in <c>X-Hub-Signature-256</c> over the raw body.
/// Everything that protects it from being replayed is in it.
/// </summary>
public sealed record WorkflowReport
{
    /// <summary><c>claim</c>, <c>keyed</c>, <c>created</c>, <c>running</c> or <c>failed</c>.</summary>
    public required string Status { get; init; }

    /// <summary>The job, as the run's input says.</summary>
    public required string JobId { get; init; }

    /// <summary>The run, <c>GITHUB_RUN_ID</c>.</summary>
    public required long RunId { get; init; }

    /// <summary>Names this very report; another of the same name is not heard.</summary>
    public required string Delivery { get; init; }

    /// <summary>When it was signed, in seconds since 1970; it counts for five minutes.</summary>
    public required long SentAt { get; init; }

    /// <summary>
    /// GitHub's OpenID Connect token of the run, for the callback's address, <c>#</c> and the job as its audience; needed where the server's <c>GitHub:Claim</c> is <c>oidc</c>.
    /// A secret for the minutes it lives: not part of <see cref="ToString"/>.
    /// </summary>
    public string? IdToken { get; init; }

    /// <summary>With <c>keyed</c>: the auth key's id; <see langword="null"/> when the machine joins no tailnet.</summary>
    public string? AuthKeyId { get; init; }

    /// <summary>With <c>keyed</c>: the auth key. A secret: not part of <see cref="ToString"/>.</summary>
    public string? AuthKey { get; init; }

    /// <summary>With <c>created</c> and <c>running</c>: the server's id at Hetzner.</summary>
    public long? ServerId { get; init; }

    /// <summary>With <c>running</c>: the server's public IPv4 address.</summary>
    public string? ServerIp { get; init; }

    /// <summary>With <c>running</c>: the machine's address in the tailnet.</summary>
    public string? TailscaleIp { get; init; }

    /// <summary>With <c>failed</c>: what went wrong; no secret.</summary>
    public string? Error { get; init; }

    /// <summary>With <c>failed</c>: where.</summary>
    public string? FailedStep { get; init; }

    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append("Status = ").Append(Status).Append(", JobId = ").Append(JobId).Append(", AuthKey = ").Append(AuthKey is null ? "none" : "***");
        return true;
    }
}

/// <summary>Answer to <c>claim</c>: what the job is.</summary>
/// <param name="JobId">The job.</param>
/// <param name="AgentId">The agent the machine is for.</param>
/// <param name="Region">The location tried first.</param>
/// <param name="Tailnet">The tailnet the machine joins; <see langword="null"/> for none.</param>
public sealed record WorkflowJobResource(string JobId, string AgentId, string Region, WorkflowTailnet? Tailnet);

/// <summary>The auth key the run makes for the machine.</summary>
/// <param name="Hostname">What the machine will call itself.</param>
/// <param name="Tag">The tag it gets.</param>
/// <param name="Ephemeral">Whether the tailnet forgets it while it is off.</param>
/// <param name="KeyDescription">The key's description, by which the server finds it again.</param>
public sealed record WorkflowTailnet(string Hostname, string Tag, bool Ephemeral, string KeyDescription);

/// <summary>Answer to <c>keyed</c>: the server to create at Hetzner, word for word.</summary>
public sealed record WorkflowServer
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Its type, such as <c>cx23</c>.</summary>
    public required string ServerType { get; init; }

    /// <summary>Its image.</summary>
    public required string Image { get; init; }

    /// <summary>Where to try, in this order.</summary>
    public required IReadOnlyList<string> Locations { get; init; }

    /// <summary>Its labels: by them the server is known to be the one ordered.</summary>
    public required IReadOnlyDictionary<string, string> Labels { get; init; }

    /// <summary>The ids of its firewalls.</summary>
    public required IReadOnlyList<long> Firewalls { get; init; }

    /// <summary>Its first boot. It holds the auth key and a single-use token: not part of <see cref="ToString"/>.</summary>
    public required string UserData { get; init; }

    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append("Name = ").Append(Name).Append(", ServerType = ").Append(ServerType).Append(", UserData = ***");
        return true;
    }
}

/// <summary>The JSON of workflow runs: snake_case, nulls left out, as GitHub writes.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(WorkflowReport))]
[JsonSerializable(typeof(WorkflowJobResource))]
[JsonSerializable(typeof(WorkflowServer))]
public sealed partial class WorkflowJson : JsonSerializerContext;
