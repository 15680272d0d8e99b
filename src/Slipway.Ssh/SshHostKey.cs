using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Slipway.Ssh;

/// <summary>A machine's public host key. An instance is always well formed: the constructor refuses anything else.</summary>
/// <param name="Type">The key's type: <c>ssh-ed25519</c>, <c>ecdsa-sha2-nistp256</c> (384, 521) or <c>ssh-rsa</c>.</param>
/// <param name="Base64">The key itself as a public key file holds it; its first field repeats the type (RFC 4253, section 6.6).</param>
/// <exception cref="FormatException">The type is unknown, the text is not base64, or the key inside is of another type.</exception>
public sealed record SshHostKey(string Type, string Base64)
{
    /// <summary>The key's type as a public key file names it.</summary>
    public string Type { get; } = Type;

    /// <summary>The key itself, base64 in its one canonical spelling.</summary>
    public string Base64 { get; } = Canonical(Type, Base64);

    /// <summary>The fingerprint as OpenSSH prints it: <c>SHA256:</c> and base64 without padding.</summary>
    public string Fingerprint => "SHA256:" + Convert.ToBase64String(SHA256.HashData(Convert.FromBase64String(Base64))).TrimEnd('=');

    /// <summary>What <c>HostKeyAlgorithms</c> must allow for exactly this type.</summary>
    internal string Algorithms => Type == "ssh-rsa" ? "rsa-sha2-512,rsa-sha2-256" : Type;

    /// <summary>Reads a line of a <c>.pub</c> file, <c>ssh-ed25519 AAAA… comment</c>; surrounding white space and the comment are dropped.</summary>
    /// <exception cref="FormatException">The line is not one well-formed public key.</exception>
    public static SshHostKey Parse(string publicKeyLine)
    {
        ArgumentNullException.ThrowIfNull(publicKeyLine);
        var line = publicKeyLine.Trim();
        if (line.AsSpan().ContainsAny('\r', '\n'))
        {
            throw new FormatException("A host key must be one line, but this text has several. Pass one line of the .pub file.");
        }

        var parts = line.Split([' ', '\t'], 3, StringSplitOptions.RemoveEmptyEntries);
        return parts.Length >= 2
            ? new SshHostKey(parts[0], parts[1])
            : throw new FormatException("A host key must read 'type base64 comment', but this text has fewer than two words.");
    }

    /// <summary>The type and the key, as a known_hosts line ends.</summary>
    public override string ToString() => $"{Type} {Base64}";

    private static string Canonical(string type, string base64)
    {
        if (type is not ("ssh-ed25519" or "ecdsa-sha2-nistp256" or "ecdsa-sha2-nistp384" or "ecdsa-sha2-nistp521" or "ssh-rsa"))
        {
            throw new FormatException("The host key's type is not one that can be pinned. Use ssh-ed25519, ecdsa-sha2-nistp256/384/521 or ssh-rsa.");
        }

        var blob = new byte[base64.Length];
        if (base64.Length > 4096 || !Convert.TryFromBase64String(base64, blob, out var length))
        {
            throw new FormatException($"The {type} host key is not valid base64. Copy the second word of the .pub file.");
        }

        var key = blob.AsSpan(0, length);
        var named = length > 4 && BinaryPrimitives.ReadUInt32BigEndian(key) == type.Length
            && key[4..].StartsWith(Encoding.ASCII.GetBytes(type));
        if (!named || key.Length <= 4 + type.Length || (type == "ssh-ed25519" && key.Length != 51))
        {
            throw new FormatException($"The key inside is not a complete {type} key. Copy the whole .pub line again.");
        }

        return Convert.ToBase64String(key);
    }
}
