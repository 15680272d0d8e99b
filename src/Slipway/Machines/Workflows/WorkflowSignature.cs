using System.Security.Cryptography;
using System.Text;

namespace Slipway.Machines.Workflows;

/// <summary>Verifies <c>X-Hub-Signature-256</c>, GitHub's own convention: HMAC-SHA256 over the raw body, as <c>sha256=</c> and hex.</summary>
public static class WorkflowSignature
{
    public const string Header = "X-Hub-Signature-256";
    private const string Prefix = "sha256=";

    /// <param name="body">The bytes as they came.</param>
    /// <param name="header">The header's value, if there is one.</param>
    /// <param name="secrets">Live secrets; without any, nothing is believed.</param>
    public static bool IsValid(ReadOnlySpan<byte> body, string? header, IEnumerable<string> secrets)
    {
        var given = new byte[HMACSHA256.HashSizeInBytes];
        if (header is null || header.Length != Prefix.Length + (given.Length * 2) || !header.StartsWith(Prefix, StringComparison.Ordinal)
            || Convert.FromHexString(header.AsSpan(Prefix.Length), given, out _, out _) != System.Buffers.OperationStatus.Done)
        {
            return false;
        }

        var matched = false;
        foreach (var secret in secrets.Where(s => s.Length > 0))
        {
            // No early way out: how long this takes says nothing about which secret matched.
            matched |= CryptographicOperations.FixedTimeEquals(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), body), given);
        }

        return matched;
    }
}
