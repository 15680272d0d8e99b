using Slipway.Secrets;

namespace Slipway.Machines.Shell;

/// <summary>What a machine prints may repeat what it was given; nothing of that is kept.</summary>
internal static class Redaction
{
    public static string Apply(string text, IEnumerable<Secret> secrets, int limit = 2000)
    {
        foreach (var secret in secrets.Select(s => s.Reveal()).Where(s => s.Length >= 4).OrderByDescending(s => s.Length))
        {
            text = text.Replace(secret, "***", StringComparison.Ordinal);
        }

        return text.Length > limit ? "…" + text[^limit..] : text;
    }
}
