using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Slipway.Payments;

/// <summary>What a <c>Stripe-Signature</c> header turned out to be worth. Only <see cref="Valid"/> lets a webhook in.</summary>
public enum StripeSignatureResult
{
    /// <summary>No header at all.</summary>
    Missing,

    /// <summary>A header without one timestamp and at least one v1 signature of 64 hex digits.</summary>
    Malformed,

    /// <summary>No live secret made any of the signatures: forged, altered on the way, or a secret we do not hold.</summary>
    NoMatch,

    /// <summary>Stripe's own signature, but older than the tolerance: perhaps recorded and replayed.</summary>
    TooOld,

    /// <summary>Stripe's own signature, but further ahead than the tolerance: this machine's clock is probably wrong.</summary>
    FromTheFuture,

    /// <summary>Signed by Stripe with a live secret, just now.</summary>
    Valid,
}

/// <summary>Verifies Stripe's webhook signature, HMAC-SHA256 over <c>timestamp.body</c>, on the raw bytes of the request.</summary>
public static class StripeSignature
{
    private const int MaximumHeaderLength = 4096;

    /// <summary>Judges one request. Several secrets are live while one is being rotated; any of them may have signed.</summary>
    public static StripeSignatureResult Verify(
        ReadOnlySpan<byte> body, string? header, IReadOnlyList<string> secrets, DateTimeOffset now, TimeSpan tolerance)
    {
        if (secrets.Count == 0 || secrets.Any(string.IsNullOrWhiteSpace))
        {
            // An empty key would make every forger right, so this is never a mere "no match".
            throw new ArgumentException("Stripe's webhook signing secrets are missing or blank; set at least one whsec_… secret.", nameof(secrets));
        }

        if (string.IsNullOrWhiteSpace(header))
        {
            return StripeSignatureResult.Missing;
        }

        if (!TryParse(header, out var timestamp, out var timestampText, out var signatures))
        {
            return StripeSignatureResult.Malformed;
        }

        // The signature comes first: what the clock says about an unsigned timestamp means nothing.
        if (!IsSignedByAny(secrets, timestampText, body, signatures))
        {
            return StripeSignatureResult.NoMatch;
        }

        var age = now.ToUnixTimeSeconds() - timestamp;
        return age > tolerance.TotalSeconds ? StripeSignatureResult.TooOld
            : -age > tolerance.TotalSeconds ? StripeSignatureResult.FromTheFuture
            : StripeSignatureResult.Valid;
    }

    private static bool IsSignedByAny(IReadOnlyList<string> secrets, string timestamp, ReadOnlySpan<byte> body, List<byte[]> signatures)
    {
        var prefix = Encoding.ASCII.GetBytes(timestamp + ".");
        Span<byte> expected = stackalloc byte[HMACSHA256.HashSizeInBytes];
        var matched = false;
        foreach (var secret in secrets)
        {
            // The key is the whole "whsec_…" text, unlike Standard Webhooks, where the part behind it is base64.
            using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret));
            hmac.AppendData(prefix);
            hmac.AppendData(body);
            hmac.GetHashAndReset(expected);
            foreach (var signature in signatures)
            {
                // No early way out: how long this takes says nothing about which pair matched.
                matched |= CryptographicOperations.FixedTimeEquals(expected, signature);
            }
        }

        return matched;
    }

    private static bool TryParse(string header, out long timestamp, out string timestampText, out List<byte[]> signatures)
    {
        (timestamp, timestampText, signatures) = (0, "", []);
        if (header.Length > MaximumHeaderLength)
        {
            return false;
        }

        foreach (var element in header.Split(',', StringSplitOptions.TrimEntries))
        {
            if (element.StartsWith("t=", StringComparison.Ordinal))
            {
                var text = element[2..];
                if (timestampText.Length > 0 || !long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out timestamp))
                {
                    return false;
                }

                timestampText = text;
            }
            else if (element.StartsWith("v1=", StringComparison.Ordinal) && Decode(element.AsSpan(3)) is { } signature)
            {
                signatures.Add(signature);
            }
        }

        return timestampText.Length > 0 && signatures.Count > 0;
    }

    private static byte[]? Decode(ReadOnlySpan<char> hex)
    {
        var bytes = new byte[HMACSHA256.HashSizeInBytes];
        return hex.Length == bytes.Length * 2
            && Convert.FromHexString(hex, bytes, out _, out _) == System.Buffers.OperationStatus.Done
            ? bytes
            : null;
    }
}
