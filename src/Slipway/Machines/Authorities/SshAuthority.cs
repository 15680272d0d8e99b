using System.Globalization;
using System.Security.Cryptography;
using Slipway.Ssh;

namespace Slipway.Machines.Authorities;

/// <summary>A row of <c>ssh_authorities</c>: one that machines are, or were, told to trust.</summary>
public sealed record SshAuthority
{
    /// <summary>Its place in the row of all there ever were; what machines are recorded to trust are these.</summary>
    public required long Number { get; init; }

    /// <summary>Names it for people: the first 8 hex digits of its public key's SHA-256.</summary>
    public required string Id { get; init; }

    /// <summary>One line of OpenSSH's form.</summary>
    public required string PublicKey { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Since when nothing is signed with it any more and machines are told to forget it.</summary>
    public DateTimeOffset? DroppedAt { get; init; }

    public string Fingerprint => SshHostKey.Parse(PublicKey).Fingerprint;

    internal static string IdOf(string publicKey) => Convert.ToHexStringLower(SHA256.HashData(Convert.FromBase64String(SshHostKey.Parse(publicKey).Base64)))[..8];
}

/// <summary>A machine and the authorities it is known to trust.</summary>
public sealed record MachineTrust
{
    public const string First = "1";

    public required string Subject { get; init; }

    public required string Status { get; init; }

    /// <summary>Numbers, ascending, separated by commas.</summary>
    public required string Trusted { get; init; }

    /// <summary>Why the last attempt to bring it others failed.</summary>
    public string? Error { get; init; }

    public IReadOnlyList<long> Numbers => Parse(Trusted);

    internal static IReadOnlyList<long> Parse(string trusted) => [.. trusted.Split(',').Select(n => long.Parse(n, CultureInfo.InvariantCulture))];

    internal static string Join(IEnumerable<long> numbers) => string.Join(',', numbers.Order());
}
