using System.Net;

namespace Slipway.Tailscale;

/// <summary>Auth keys of the tailnet: <c>/tailnet/{tailnet}/keys</c>.</summary>
public sealed class KeysClient
{
    private readonly TailscaleHttp _api;
    private readonly string _tailnet;

    internal KeysClient(TailscaleHttp api, string tailnet)
    {
        _api = api;
        _tailnet = tailnet;
    }

    /// <summary>Creates an auth key. The answer is the only place where the key itself can be seen.</summary>
    /// <param name="request">What the key may do.</param>
    /// <param name="cancellationToken">Ends the call; a key may exist afterwards.</param>
    /// <returns>The key, with <see cref="AuthKey.Key"/> set.</returns>
    /// <exception cref="ArgumentException">The request cannot be fulfilled by any server; nothing was sent.</exception>
    /// <exception cref="TailscaleException">
    /// Refused, or not answered. It is never repeated on its own when the outcome is unknown (<see cref="TailscaleException.OutcomeUnknown"/>):
    /// a key that was made all the same is found by its description and expires soon.
    /// </exception>
    public async Task<AuthKey> CreateAsync(CreateAuthKeyRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var answer = await _api.PostAsync(All, CreateAuthKeyRequest.ToWire(request), TailscaleJson.Default.KeyWire, TailscaleJson.Default.KeyWire, cancellationToken);
        return string.IsNullOrEmpty(answer.Id) || string.IsNullOrEmpty(answer.Key)
            ? throw new TailscaleException("Tailscale created a key but did not show it; delete it by its description.", HttpStatusCode.OK, $"POST /api/v2/{All.Path}")
            {
                OutcomeUnknown = true,
            }
            : answer.ToKey();
    }

    /// <summary>Lists the tailnet's auth keys, whoever made them, without the secrets. Keys of other types are left out.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The keys; some servers give only their ids.</returns>
    /// <exception cref="TailscaleException">Refused, or not answered after all repetitions.</exception>
    public async Task<IReadOnlyList<AuthKey>> ListAsync(CancellationToken cancellationToken = default)
    {
        var answer = await _api.GetAsync(Route.OfTailnet(_tailnet, "/keys?all=true"), TailscaleJson.Default.KeyListWire, cancellationToken);
        return [.. (answer.Keys ?? []).Where(k => k.KeyType is null or "" or "auth").Select(k => k.ToKey())];
    }

    /// <summary>Looks at one key.</summary>
    /// <param name="id">The key's id, e.g. <c>k123456CNTRL</c>.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The key, or <see langword="null"/> when there is none: deleted, or single-use and used.</returns>
    /// <exception cref="TailscaleException">Refused, or not answered after all repetitions.</exception>
    public async Task<AuthKey?> FindAsync(string id, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(id);
        return (await _api.FindAsync(One(id), TailscaleJson.Default.KeyWire, cancellationToken))?.ToKey();
    }

    /// <summary>Deletes (revokes) a key; devices that joined with it stay.</summary>
    /// <param name="id">The key's id.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns><see langword="false"/> when it was already gone, which a used single-use key may be.</returns>
    /// <exception cref="TailscaleException">Refused, or not answered after all repetitions.</exception>
    public Task<bool> DeleteAsync(string id, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(id);
        return _api.DeleteAsync(One(id), cancellationToken);
    }

    private Route All => Route.OfTailnet(_tailnet, "/keys");

    private Route One(string id) => Route.OfTailnet(_tailnet, $"/keys/{Uri.EscapeDataString(id)}", "/keys/{id}");
}
