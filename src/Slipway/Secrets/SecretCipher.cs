using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Slipway.Secrets;

/// <summary>
/// Encrypts secrets for storage: AES-256-GCM, as <c>v1.key-id.base64url(nonce, ciphertext, tag)</c>. The context, for
/// example <c>secrets/value/agent-7/TOKEN</c>, names the one place the text belongs; moved to another row, it does not open.
/// </summary>
public sealed class SecretCipher(KeyRing keys)
{
    private const string Version = "v1";
    private const string Purpose = "secrets/aes-256-gcm";
    private const int NonceSize = 12;
    private const int TagSize = 16;

    public string Encrypt(Secret secret, string context)
    {
        var plain = Encode(secret);
        try
        {
            var key = keys.Current;
            var packed = new byte[NonceSize + plain.Length + TagSize];
            var nonce = packed.AsSpan(0, NonceSize);
            RandomNumberGenerator.Fill(nonce);
            using var aes = new AesGcm(key.Derive(Purpose), TagSize);
            aes.Encrypt(nonce, plain, packed.AsSpan(NonceSize, plain.Length), packed.AsSpan(NonceSize + plain.Length), Associated(key.Id, context));
            return $"{Version}.{key.Id}.{Base64Url.EncodeToString(packed)}";
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    public Secret Decrypt(string encrypted, string context)
    {
        var (keyId, packed) = Unpack(encrypted, context);
        var key = keys.Find(keyId) ?? throw new SecretDecryptionException(
            $"The secret at {context} was encrypted with master key {keyId}, which is not loaded (loaded: {string.Join(", ", keys.Ids)}). Add that key behind the current one.");
        var plain = new byte[packed.Length - NonceSize - TagSize];
        try
        {
            using var aes = new AesGcm(key.Derive(Purpose), TagSize);
            aes.Decrypt(packed.AsSpan(0, NonceSize), packed.AsSpan(NonceSize, plain.Length), packed.AsSpan(NonceSize + plain.Length), plain, Associated(keyId, context));
            return new Secret(Encoding.UTF8.GetString(plain));
        }
        catch (AuthenticationTagMismatchException)
        {
            throw new SecretDecryptionException(
                $"The secret at {context} does not open: it was changed, or it was written for another place. Set it again.");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    /// <summary>Whether the text still depends on an older key; encrypt what it decrypts to again before that key is taken away.</summary>
    public bool IsOutdated(string encrypted) => !encrypted.StartsWith(CurrentStart, StringComparison.Ordinal);

    /// <summary>How a text of the current key begins.</summary>
    internal string CurrentStart => StartOf(keys.Current.Id);

    /// <summary>How a text of a key begins: twelve characters.</summary>
    internal static string StartOf(string keyId) => $"{Version}.{keyId}.";

    /// <summary>The id of the key a text was encrypted with, which opens nothing.</summary>
    public static string KeyOf(string encrypted) => encrypted.Split('.') is [Version, var keyId, ..] ? keyId : "unknown";

    private static byte[] Encode(Secret secret)
    {
        // Half a surrogate pair would be replaced, and another secret come back than was put in.
        var bytes = Encoding.UTF8.GetBytes(secret.Reveal());
        return string.Equals(Encoding.UTF8.GetString(bytes), secret.Reveal(), StringComparison.Ordinal)
            ? bytes
            : throw new ArgumentException("The secret is not well-formed text (half a surrogate pair), so it cannot be stored.", nameof(secret));
    }

    private static (string KeyId, byte[] Packed) Unpack(string encrypted, string context)
    {
        var parts = encrypted.Split('.');
        if (parts is [Version, { Length: 8 } keyId, var base64]
            && Base64Url.IsValid(base64) && Base64Url.DecodeFromChars(base64) is { Length: >= NonceSize + TagSize } packed)
        {
            return (keyId, packed);
        }

        throw new SecretDecryptionException($"The secret at {context} is not in the form {Version}.<key id>.<data>. Set it again.");
    }

    private static byte[] Associated(string keyId, string context) => Encoding.UTF8.GetBytes($"{Version}.{keyId}.{context}");
}

/// <summary>A stored secret could not be read. The message names its place, never its content.</summary>
public sealed class SecretDecryptionException(string message) : Exception(message);
