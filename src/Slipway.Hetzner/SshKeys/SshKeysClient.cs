using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Slipway.Hetzner.Http;

namespace Slipway.Hetzner;

/// <summary>Adds, finds and deletes public SSH keys.</summary>
public sealed class SshKeysClient
{
    private readonly HetznerHttp _http;

    private readonly ResourceRoutes _routes;

    internal SshKeysClient(HetznerHttp http)
    {
        _http = http;
        _routes = new ResourceRoutes(http, "/ssh_keys");
    }

    /// <summary>Adds a key.</summary>
    /// <param name="name">Unique in the project.</param>
    /// <param name="publicKey">OpenSSH's one-line form; unique in the project too.</param>
    /// <param name="labels">Labels; checked against Hetzner's rules before anything is sent.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentException">The text is a private key. Nothing was sent.</exception>
    /// <exception cref="HetznerException"><c>uniqueness_error</c>: the name or the key is there already; or the request failed.</exception>
    public async Task<SshKey> CreateAsync(
        string name, string publicKey, IReadOnlyDictionary<string, string>? labels = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentException.ThrowIfNullOrWhiteSpace(publicKey);
        LabelRules.Check(labels);
        if (publicKey.Contains("PRIVATE KEY", StringComparison.Ordinal))
        {
            throw new ArgumentException(
                $"The text given as public key '{name}' is a private key and was not sent. Use the file that ends in .pub.", nameof(publicKey));
        }

        var body = HetznerHttp.Json(new CreateSshKeyBody(name, publicKey, labels), HetznerJson.Default.CreateSshKeyBody);
        var answer = await _http.PostAsync("/ssh_keys", "/ssh_keys", body, HetznerJson.Default.SshKeyAnswer, cancellationToken);
        return answer.SshKey.OrMissing("POST /ssh_keys", "ssh_key");
    }

    /// <summary>Adds a key, or returns the entry that holds this very key already, possibly under another name.</summary>
    /// <remarks>Creates first and looks up only on a clash, so that two callers at once get the same entry.</remarks>
    /// <param name="name">The name if it has to be added.</param>
    /// <param name="publicKey">OpenSSH's one-line form.</param>
    /// <param name="labels">The labels if it has to be added.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentException">The text is no public key.</exception>
    /// <exception cref="HetznerException"><c>uniqueness_error</c>: the name belongs to <em>another</em> key; or the requests failed.</exception>
    public Task<SshKey> GetOrCreateAsync(
        string name, string publicKey, IReadOnlyDictionary<string, string>? labels = null, CancellationToken cancellationToken = default)
    {
        var fingerprint = FingerprintOf(publicKey);
        return GetOrCreate.RunAsync(
            () => CreateAsync(name, publicKey, labels, cancellationToken),
            async clash => await FindByFingerprintAsync(fingerprint, cancellationToken)
                ?? await FindSameByNameAsync(name, fingerprint, clash, cancellationToken));
    }

    /// <summary>Reads a key.</summary>
    /// <param name="id">The key's id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">There is no such key, or the request failed.</exception>
    public async Task<SshKey> GetAsync(long id, CancellationToken cancellationToken = default)
    {
        var answer = await _http.GetAsync("/ssh_keys/{id}", $"/ssh_keys/{id}", HetznerJson.Default.SshKeyAnswer, cancellationToken);
        return answer.SshKey.OrMissing("GET /ssh_keys/{id}", "ssh_key");
    }

    /// <summary>Looks a key up by its name.</summary>
    /// <param name="name">The exact name.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">The request failed.</exception>
    public async Task<SshKey?> FindByNameAsync(string name, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return (await QueryAsync("name", name, cancellationToken)).FirstOrDefault(k => k.Name == name);
    }

    /// <summary>Looks a key up by its fingerprint.</summary>
    /// <param name="fingerprint">MD5 in colon-separated hex, as <see cref="FingerprintOf"/> gives it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">The request failed.</exception>
    public async Task<SshKey?> FindByFingerprintAsync(string fingerprint, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(fingerprint);
        return (await QueryAsync("fingerprint", fingerprint, cancellationToken)).FirstOrDefault(k => k.Fingerprint == fingerprint);
    }

    /// <summary>Lists keys, fifty to a request, at the lowest priority.</summary>
    /// <param name="labelSelector">Which ones; all when <see langword="null"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">A request failed.</exception>
    public IAsyncEnumerable<SshKey> ListAsync(string? labelSelector = null, CancellationToken cancellationToken = default) =>
        _http.ListAsync<SshKeyList, SshKey>("/ssh_keys", LabelSelector.QueryOf(labelSelector), HetznerJson.Default.SshKeyList, cancellationToken);

    /// <summary>Lists keys, fifty to a request, at the lowest priority.</summary>
    /// <param name="filter">Which ones, in which order.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">A request failed.</exception>
    public IAsyncEnumerable<SshKey> ListAsync(SshKeyFilter filter, CancellationToken cancellationToken = default) =>
        _routes.ListAsync<SshKeyList, SshKey>(filter, HetznerJson.Default.SshKeyList, cancellationToken);

    /// <summary>Changes name or labels; the key itself cannot change.</summary>
    /// <param name="id">The key's id.</param>
    /// <param name="name">The new name; the old one stays when <see langword="null"/>.</param>
    /// <param name="labels">All labels from now on; the old ones stay when <see langword="null"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentException">A label breaks Hetzner's rules. Nothing was sent.</exception>
    /// <exception cref="HetznerException"><c>uniqueness_error</c>: the name is taken; or the request failed.</exception>
    public async Task<SshKey> UpdateAsync(
        long id, string? name = null, IReadOnlyDictionary<string, string>? labels = null, CancellationToken cancellationToken = default)
    {
        LabelRules.Check(labels);
        var answer = await _routes.PutAsync(
            id, new UpdateBody(name, labels), HetznerJson.Default.UpdateBody, HetznerJson.Default.SshKeyAnswer, cancellationToken);
        return answer.SshKey.OrMissing("PUT /ssh_keys/{id}", "ssh_key");
    }

    /// <summary>Deletes a key from the project; servers keep their copy.</summary>
    /// <param name="id">The key's id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns><see langword="false"/> when it was gone already.</returns>
    /// <exception cref="HetznerException">The request failed.</exception>
    public Task<bool> DeleteAsync(long id, CancellationToken cancellationToken = default) =>
        _http.DeleteAsync("/ssh_keys/{id}", $"/ssh_keys/{id}", cancellationToken);

    /// <summary>The fingerprint Hetzner uses: MD5 of the key's bytes in colon-separated hex.</summary>
    /// <param name="publicKey">OpenSSH's one-line form.</param>
    /// <exception cref="ArgumentException">The text is no public key.</exception>
    [SuppressMessage("Security", "CA5351", Justification = "Hetzner's identifier, not a protection.")]
    public static string FingerprintOf(string publicKey)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(publicKey);
        var parts = publicKey.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var bytes = new byte[publicKey.Length];
        return parts.Length >= 2 && Convert.TryFromBase64String(parts[1], bytes, out var length)
            ? Convert.ToHexStringLower(MD5.HashData(bytes.AsSpan(0, length))).Chunk(2).Select(pair => new string(pair)).Aggregate((a, b) => $"{a}:{b}")
            : throw new ArgumentException("This is no public key in OpenSSH's one-line form ('ssh-ed25519 AAAA… comment').", nameof(publicKey));
    }

    private async Task<IReadOnlyList<SshKey>> QueryAsync(string field, string value, CancellationToken cancellationToken)
    {
        var path = $"/ssh_keys?{field}={Uri.EscapeDataString(value)}";
        return (await _http.GetAsync("/ssh_keys", path, HetznerJson.Default.SshKeyList, cancellationToken)).Items;
    }

    /// <summary>A key under our name that is not ours must not be handed out: whoever holds it would get in.</summary>
    private async Task<SshKey?> FindSameByNameAsync(string name, string fingerprint, HetznerException clash, CancellationToken cancellationToken)
    {
        var named = await FindByNameAsync(name, cancellationToken);
        return named is null || named.Fingerprint == fingerprint
            ? named
            : throw new HetznerException(
                $"The SSH key name '{name}' belongs to another key ({named.Fingerprint}, id {named.Id}) than the one given ({fingerprint})"
                + $" ({HetznerErrorCodes.UniquenessError}, correlation id {clash.CorrelationId ?? "none"}). Choose another name or delete that key.",
                HetznerErrorCodes.UniquenessError, clash.Status, clash.Endpoint, clash.CorrelationId, clash.Details, innerException: clash);
    }
}
