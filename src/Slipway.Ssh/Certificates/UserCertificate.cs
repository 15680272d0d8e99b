using System.Security.Cryptography;

namespace Slipway.Ssh;

/// <summary>
/// An OpenSSH user certificate for an ed25519 key (PROTOCOL.certkeys in OpenSSH's source). It names one principal, and either one command
/// and no extension, or no command and a terminal: never forwarding of ports, agents or X11, nor user rc.
/// </summary>
internal sealed record UserCertificate
{
    public const string CertificateType = "ssh-ed25519-cert-v01@openssh.com";
    private const uint ForUsers = 1;

    public required ulong Serial { get; init; }

    public required string KeyId { get; init; }

    public required string Principal { get; init; }

    /// <summary>Null for a shell with a terminal.</summary>
    public required string? ForcedCommand { get; init; }

    public required DateTimeOffset ValidAfter { get; init; }

    public required DateTimeOffset ValidBefore { get; init; }

    /// <summary>Everything the authority signs.</summary>
    public byte[] ToBeSigned(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> authorityKey)
    {
        var options = ForcedCommand is null ? [] : new SshWriter().String("force-command").String(new SshWriter().String(ForcedCommand).ToArray()).ToArray();
        var extensions = ForcedCommand is null ? new SshWriter().String("permit-pty").String([]).ToArray() : [];
        return new SshWriter()
            .String(CertificateType)
            .String(RandomNumberGenerator.GetBytes(32))
            .String(publicKey)
            .UInt64(Serial)
            .UInt32(ForUsers)
            .String(KeyId)
            .String(new SshWriter().String(Principal).ToArray())
            .UInt64((ulong)ValidAfter.ToUnixTimeSeconds())
            .UInt64((ulong)ValidBefore.ToUnixTimeSeconds())
            .String(options)
            .String(extensions)
            .String([])
            .String(authorityKey)
            .ToArray();
    }

    /// <summary>The finished certificate.</summary>
    public static byte[] Signed(byte[] signedPart, byte[] signature) => [.. signedPart, .. new SshWriter().String(signature).ToArray()];

    /// <summary>The certificate and its private key as ssh-agent's "add identity" wants them (PROTOCOL.agent in OpenSSH's source).</summary>
    public static byte[] ForAgent(byte[] signed, Ed25519KeyPair key, string comment)
    {
        // The private key goes straight into the one array that is wiped, through no writer's buffers.
        var before = new SshWriter().String(CertificateType).String(signed).String(key.PublicKey).UInt32((uint)key.PrivateKey.Length).ToArray();
        return [.. before, .. key.PrivateKey, .. new SshWriter().String(comment).ToArray()];
    }
}
