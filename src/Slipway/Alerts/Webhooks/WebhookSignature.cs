using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Slipway.Alerts.Webhooks;

/// <summary>Signs as Standard Webhooks says: HMAC-SHA256 over <c>id.timestamp.body</c> under the base64 behind <c>whsec_</c>.</summary>
public static class WebhookSignature
{
    private const string Prefix = "whsec_";

    /// <summary>The key in a secret; null when it is not one of 24 to 64 bytes.</summary>
    public static byte[]? ParseSecret(string secret)
    {
        if (!secret.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return null;
        }

        var buffer = new byte[secret.Length];
        return Convert.TryFromBase64String(secret[Prefix.Length..], buffer, out var length) && length is >= 24 and <= 64 ? buffer[..length] : null;
    }

    /// <summary>The value of <c>webhook-signature</c>.</summary>
    public static string Sign(byte[] key, string id, long timestamp, string body)
    {
        var signed = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{timestamp}.{body}"));
        return "v1," + Convert.ToBase64String(HMACSHA256.HashData(key, signed));
    }
}
