using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Slipway.Payments;
using Slipway.Secrets;
using Slipway.Storage;

namespace Slipway.Server.Orders;

/// <summary>
/// What customers have instead of an account: a link that names their agent and proves that we gave it to them, and a key in each form by which sending
/// it twice is one order. Both are signed under purposes of their own, with any key of the ring; nothing of them is stored but a hash, and which link is good:
/// one that got lost is replaced, and opens nothing any more.
/// </summary>
internal sealed class OrderLinks(KeyRing keys, Checkouts checkouts, Entropy entropy, TimeProvider time)
{
    /// <summary>A page may be left open for this long before its form is sent.</summary>
    public static readonly TimeSpan FormLifetime = TimeSpan.FromHours(24);

    private const int LongestText = 200;
    private const int RandomSize = 16;

    /// <param name="agentId">Whose.</param>
    /// <param name="version">Which; the first is 0.</param>
    public string LinkTo(string agentId, long version)
    {
        var name = Name(agentId, version);
        return $"{name}.{keys.DeterministicToken("order-link", name)}";
    }

    /// <returns>The agent's link that is good; null for an agent that no customer ordered.</returns>
    public async Task<string?> FindLinkAsync(string agentId, CancellationToken cancellationToken = default) =>
        await checkouts.FindLinkVersionAsync(agentId, cancellationToken) is { } version ? LinkTo(agentId, version) : null;

    /// <returns>The agent whose link this is; null for one that we did not make, or that was replaced.</returns>
    public async Task<string?> FindAgentAsync(string link, CancellationToken cancellationToken = default)
    {
        if (link.Length > LongestText || link.LastIndexOf('.') is not (> 0 and var dot) || !IsSigned("order-link", link[..dot], link[(dot + 1)..]))
        {
            return null;
        }

        var agentId = link.Split('.')[0];
        return await checkouts.FindLinkVersionAsync(agentId, cancellationToken) is { } version && link[..dot] == Name(agentId, version) ? agentId : null;
    }

    public string NewForm(string blueprint)
    {
        Span<byte> random = stackalloc byte[RandomSize];
        entropy.Fill(random);
        var name = $"{time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)}.{Base64Url.EncodeToString(random)}";
        return $"{name}.{keys.DeterministicToken("order-form", $"{blueprint}/{name}")}";
    }

    /// <summary>Whether we gave this form out for this blueprint, and not too long ago.</summary>
    public bool IsForm(string blueprint, string form) =>
        form.Length <= LongestText && form.Split('.') is [var at, var random, var signature]
        && IsSigned("order-form", $"{blueprint}/{at}.{random}", signature)
        && time.GetUtcNow() - DateTimeOffset.FromUnixTimeSeconds(long.Parse(at, CultureInfo.InvariantCulture)) < FormLifetime;

    /// <summary>The first link has no number.</summary>
    private static string Name(string agentId, long version) => version == 0 ? agentId : string.Create(CultureInfo.InvariantCulture, $"{agentId}.{version}");

    public static string Hash(string form) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(form)));

    /// <summary>Every key is compared, in constant time, so that neither a key nor a signature can be guessed piece by piece.</summary>
    private bool IsSigned(string purpose, string name, string signature)
    {
        var given = Encoding.UTF8.GetBytes(signature);
        var valid = false;
        foreach (var key in keys.All)
        {
            valid |= CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(key.DeterministicToken(purpose, name)), given);
        }

        return valid;
    }
}
