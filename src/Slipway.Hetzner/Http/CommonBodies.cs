namespace Slipway.Hetzner.Http;

/// <summary>What most PUTs take; what is <see langword="null"/> is not sent and stays as it is.</summary>
internal sealed record UpdateBody(string? Name, IReadOnlyDictionary<string, string>? Labels)
{
    /// <summary>Primary IPs only.</summary>
    public bool? AutoDelete { get; init; }

    /// <summary>Networks only.</summary>
    public bool? ExposeRoutesToVswitch { get; init; }

    /// <summary>Images only; they have it instead of a name.</summary>
    public string? Description { get; init; }

    /// <summary>Images only: <c>snapshot</c> turns a backup into one.</summary>
    public string? Type { get; init; }
}

internal sealed record ProtectionBody(bool? Delete, bool? Rebuild);

/// <summary>A reverse DNS entry. Its <see langword="null"/> is sent: it means back to Hetzner's own name.</summary>
internal sealed record DnsPtrBody(
    string Ip,
    [property: System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.Never)] string? DnsPtr);
