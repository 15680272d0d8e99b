using System.Buffers.Text;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace Slipway.Secrets;

/// <summary>One 256-bit key. It encrypts nothing itself: every purpose gets a key of its own, derived from it.</summary>
[DebuggerDisplay("MasterKey {Id}")]
public sealed class MasterKey
{
    public const int SizeInBytes = 32;

    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    private readonly byte[] _bytes;

    public MasterKey(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != SizeInBytes)
        {
            throw new MasterKeyException($"A master key is {SizeInBytes} bytes, this one is {bytes.Length}. Make one with: openssl rand -base64 32");
        }

        if (bytes.IndexOfAnyExcept(bytes[0]) < 0)
        {
            throw new MasterKeyException("A master key of one repeated byte is no key. Make one with: openssl rand -base64 32");
        }

        _bytes = bytes.ToArray();
        Id = Convert.ToHexStringLower(SHA256.HashData(bytes))[..8];
    }

    /// <summary>Names the key without showing it: the first 8 hex digits of its SHA-256.</summary>
    public string Id { get; }

    public static MasterKey Create() => new(RandomNumberGenerator.GetBytes(SizeInBytes));

    /// <summary>The key itself in base64, to be kept somewhere safe.</summary>
    public string Reveal() => Convert.ToBase64String(_bytes);

    /// <summary>A 256-bit key for one purpose (HKDF-SHA256). Different purposes give independent keys.</summary>
    public byte[] Derive(string purpose) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, _bytes, SizeInBytes, salt: [], info: Encoding.UTF8.GetBytes("slipway/" + purpose));

    /// <summary>A 256-bit token that can be made again at any time, so that it need not be stored: 43 URL-safe characters.</summary>
    public string DeterministicToken(string purpose, string id) =>
        Base64Url.EncodeToString(HMACSHA256.HashData(Derive("token/" + purpose), Encoding.UTF8.GetBytes(id)));

    public override string ToString() => $"MasterKey {Id}";
}

/// <summary>The master key is missing, unreadable, unsafe or not a key. The message says which, and what to do.</summary>
public sealed class MasterKeyException(string message, Exception? inner = null) : Exception(message, inner);
