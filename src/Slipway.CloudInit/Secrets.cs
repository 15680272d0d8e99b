namespace Slipway.CloudInit;

internal static class Secrets
{
    /// <summary>What may be printed of an address whose path carries a token.</summary>
    public static string HostOf(Uri url) => url.IsAbsoluteUri ? $"{url.Scheme}://{url.Authority}/***" : "***";
}
