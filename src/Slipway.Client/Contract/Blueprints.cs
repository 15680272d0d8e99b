namespace Slipway.Client;

/// <summary>What kind of agent can be ordered.</summary>
public sealed record BlueprintResource
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>What it is, in a sentence.</summary>
    public string? Description { get; init; }

    /// <summary>Hetzner's server type.</summary>
    public required string ServerType { get; init; }

    /// <summary>Hetzner's image.</summary>
    public required string Image { get; init; }

    /// <summary>Locations in the order they are tried.</summary>
    public required IReadOnlyList<string> Locations { get; init; }

    /// <summary>The secrets an order has to bring.</summary>
    public required IReadOnlyList<BlueprintSecret> Secrets { get; init; }

    /// <summary>Whether its machines join the tailnet.</summary>
    public required bool Tailscale { get; init; }

    /// <summary>SHA-256 of the document, in hex.</summary>
    public required string Digest { get; init; }

    /// <summary>The document itself; only in <c>GET /v1/blueprints/{name}</c>.</summary>
    public string? Yaml { get; init; }
}

/// <summary>A secret a blueprint asks for.</summary>
public sealed record BlueprintSecret(string Name, string? Description, bool Required, string? Pattern);

/// <summary>Answer of <c>GET /v1/blueprints</c>.</summary>
public sealed record BlueprintList(IReadOnlyList<BlueprintResource> Blueprints);

/// <summary>Body of <c>POST /v1/blueprints/validate</c>.</summary>
public sealed record ValidateBlueprintRequest(string FileName, string Yaml);

/// <summary>What is wrong with a blueprint; empty when nothing is.</summary>
public sealed record BlueprintValidation(IReadOnlyList<BlueprintProblemResource> Problems);

/// <summary>One mistake in a blueprint, and where.</summary>
public sealed record BlueprintProblemResource(int Line, int Column, string Message);
