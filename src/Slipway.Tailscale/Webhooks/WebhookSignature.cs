using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Slipway.Tailscale;

/// <summary>
/// Checks that a delivery is Tailscale's: the header <c>Tailscale-Webhook-Signature: t=&lt;unix seconds&gt;,v1=&lt;hex&gt;</c> holds HMAC-SHA256 of
/// <c>&lt;t&gt;.&lt;body&gt;</c>. Source: Tailscale's own example verifier (<c>docs/webhooks/example.go</c>).
/// </summary>
public static class WebhookSignature
{
    /// <summary>The header's name.</summary>
    public const string HeaderName = "Tailscale-Webhook-Signature";

    /// <summary>How old a delivery may be, and how far ahead of the clock: five minutes.</summary>
    public static TimeSpan Tolerance { get; } = TimeSpan.FromMinutes(5);

    /// <summary>Whether a delivery is genuine and fresh. Compares in constant time.</summary>
    /// <param name="body">The body's bytes exactly as they came, before any parsing.</param>
    /// <param name="header">The header's value; <see langword="null"/> when it is missing.</param>
    /// <param name="secrets">The webhook's secrets: the one in use, and while it is rotated the next one too.</param>
    /// <param name="now">Now.</param>
    /// <returns><see langword="false"/> also for a header that makes no sense. Answer such a delivery with 401 and say no more.</returns>
    public static bool IsValid(ReadOnlySpan<byte> body, string? header, IEnumerable<string> secrets, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(secrets);
        if (Read(header) is not { } signed || (now - signed.At).Duration() > Tolerance)
        {
            return false;
        }

        // What was signed is the header's own text of the time, not a number read and written again.
        byte[] message = [.. Encoding.ASCII.GetBytes(signed.Time + "."), .. body];
        var valid = false;
        foreach (var secret in secrets.Where(s => !string.IsNullOrEmpty(s)))
        {
            var expected = HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), message);
            foreach (var signature in signed.Signatures)
            {
                valid |= CryptographicOperations.FixedTimeEquals(expected, signature);
            }
        }

        return valid;
    }

    private static (string Time, DateTimeOffset At, IReadOnlyList<byte[]> Signatures)? Read(string? header)
    {
        string? time = null;
        var signatures = new List<byte[]>();
        foreach (var part in (header ?? "").Split(',', StringSplitOptions.TrimEntries))
        {
            if (part.StartsWith("t=", StringComparison.Ordinal))
            {
                time = part[2..];
            }
            else if (part.StartsWith("v1=", StringComparison.Ordinal))
            {
                var bytes = new byte[SHA256.HashSizeInBytes];
                if (part.Length == 3 + (2 * bytes.Length)
                    && Convert.FromHexString(part.AsSpan(3), bytes, out _, out _) == System.Buffers.OperationStatus.Done)
                {
                    signatures.Add(bytes);
                }
            }
        }

        return long.TryParse(time, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= 253402300799 && signatures.Count > 0
            ? (time, DateTimeOffset.FromUnixTimeSeconds(seconds), signatures)
            : null;
    }
}
