using System.Buffers.Text;
using System.Security.Cryptography;

namespace Slipway.Ssh;

/// <summary>An ed25519 key pair in memory (RFC 8032); disposing it wipes the private half.</summary>
internal sealed class Ed25519KeyPair : IDisposable
{
    public const string KeyType = "ssh-ed25519";
    private readonly byte[] _privateKey;

    private Ed25519KeyPair(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> privateKey) =>
        (PublicKey, _privateKey) = (publicKey.ToArray(), privateKey.ToArray());

    /// <summary>The 32 bytes of the point.</summary>
    public byte[] PublicKey { get; }

    /// <summary>The 32 bytes of the seed and the public key again, as SSH passes them around.</summary>
    public ReadOnlySpan<byte> PrivateKey => _privateKey;

    /// <summary>The two words of a <c>.pub</c> file's line.</summary>
    public string PublicLine => $"{KeyType} {Convert.ToBase64String(new SshWriter().String(KeyType).String(PublicKey).ToArray())}";

    /// <summary>Reads OpenSSH's private key format (PROTOCOL.key in OpenSSH's source), not encrypted; what stands around the key is ignored.</summary>
    /// <exception cref="FormatException">There is no such key in the text, or it is of another type.</exception>
    public static Ed25519KeyPair Read(ReadOnlySpan<byte> text)
    {
        if (!PemEncoding.TryFindUtf8(text, out var pem) || !text[pem.Label].SequenceEqual("OPENSSH PRIVATE KEY"u8))
        {
            throw new FormatException("There is no OpenSSH private key in the text.");
        }

        var file = new byte[pem.DecodedDataLength];
        try
        {
            Base64.DecodeFromUtf8(text[pem.Base64Data], file, out _, out _);
            return ReadFile(file);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(file);
        }
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(_privateKey);

    private static Ed25519KeyPair ReadFile(ReadOnlySpan<byte> file)
    {
        var magic = "openssh-key-v1\0"u8;
        var reader = new SshReader(file.StartsWith(magic) ? file[magic.Length..] : throw new FormatException("The OpenSSH private key has an unknown version."));
        var encrypted = !reader.String().SequenceEqual("none"u8);
        _ = reader.String(); // how the key was made from a passphrase
        _ = reader.String(); // and with what
        if (encrypted || reader.UInt32() != 1)
        {
            throw new FormatException("The OpenSSH private key is encrypted, or there are several.");
        }

        _ = reader.String();
        var secrets = new SshReader(reader.String());
        _ = secrets.UInt32(); // two check numbers, of use for an encrypted key only
        _ = secrets.UInt32();
        var known = secrets.String().SequenceEqual("ssh-ed25519"u8);
        var publicKey = secrets.String();
        var privateKey = secrets.String();
        return known && publicKey.Length == 32 && privateKey.Length == 64
            ? new Ed25519KeyPair(publicKey, privateKey)
            : throw new FormatException("The OpenSSH private key is not an ed25519 key.");
    }
}
