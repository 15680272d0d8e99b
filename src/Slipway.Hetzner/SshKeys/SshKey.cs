namespace Slipway.Hetzner;

/// <summary>A public SSH key in the project. It is copied into a server on creation; deleting it later changes no server.</summary>
public sealed record SshKey
{
    /// <summary>The key's id.</summary>
    public long Id { get; init; }

    /// <summary>The name; unique in the project.</summary>
    public string Name { get => field ?? ""; init; }

    /// <summary>MD5 of the key in colon-separated hex; unique in the project too.</summary>
    public string Fingerprint { get => field ?? ""; init; }

    /// <summary>The key in OpenSSH's one-line form.</summary>
    public string PublicKey { get => field ?? ""; init; }

    /// <summary>The labels.</summary>
    public IReadOnlyDictionary<string, string> Labels { get => field ?? EmptyLabels.Value; init; }

    /// <summary>When it was added.</summary>
    public DateTimeOffset Created { get; init; }
}

internal sealed record CreateSshKeyBody(string Name, string PublicKey, IReadOnlyDictionary<string, string>? Labels);

internal sealed record SshKeyAnswer(SshKey? SshKey);

internal sealed record SshKeyList(IReadOnlyList<SshKey>? SshKeys) : Http.Page<SshKey>
{
    public override IReadOnlyList<SshKey> Items => SshKeys ?? [];
}
