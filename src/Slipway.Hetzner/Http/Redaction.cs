using System.Text.RegularExpressions;

namespace Slipway.Hetzner.Http;

/// <summary>
/// Takes secrets out of text that came from outside. Hetzner's own 429 message quotes the first half of the token.
/// </summary>
internal sealed partial class Redaction(string token)
{
    private const string Mask = "***";
    private const int TokenPrefix = 32;
    private const int ShortestLine = 12;

    public string Clean(string text, string? secret = null)
    {
        if (!string.IsNullOrWhiteSpace(secret))
        {
            text = text.Replace(secret, Mask, StringComparison.Ordinal);
            // User data is a document: an answer that quotes a part of it quotes whole lines.
            text = secret.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Where(line => line.Length >= ShortestLine)
                .Aggregate(text, (t, line) => t.Replace(line, Mask, StringComparison.Ordinal));
        }

        text = text.Replace(token, Mask, StringComparison.Ordinal);
        if (token.Length > TokenPrefix)
        {
            text = text.Replace(token[..TokenPrefix], Mask, StringComparison.Ordinal);
        }

        return QuotedToken().Replace(text, $"token '{Mask}'");
    }

    [GeneratedRegex("token '[^']*'", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex QuotedToken();
}
