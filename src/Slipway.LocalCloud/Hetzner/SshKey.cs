namespace Slipway.LocalCloud.Hetzner;

internal sealed record SshKey(
    long Id, string Name, string Fingerprint, string PublicKey, IReadOnlyDictionary<string, string> Labels, DateTimeOffset Created);

internal sealed record SshKeyAnswer(SshKey SshKey);

internal sealed record SshKeysAnswer(IReadOnlyList<SshKey> SshKeys, ListMeta Meta);

internal sealed record CreateSshKey(string? Name, string? PublicKey, Dictionary<string, string>? Labels);

internal sealed record UpdateNamed(string? Name, Dictionary<string, string>? Labels);
