using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace Slipway.LocalCloud.Tailscale;

/// <summary>The tailnet's auth keys. A used single-use key is gone as if it had never been, or stays as an invalid one: an option says which, since both were seen.</summary>
internal sealed partial class AuthKeys(LocalCloudOptions options, TimeProvider time)
{
    private const long MaxLifetime = 90 * 24 * 3600;
    private const string Alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz123456789";

    private readonly Lock _gate = new();
    private readonly Dictionary<string, AuthKey> _keys = new(StringComparer.Ordinal);

    public IReadOnlyList<AuthKey> All
    {
        get
        {
            lock (_gate)
            {
                return _keys.Values.ToList();
            }
        }
    }

    public void Restore(IReadOnlyList<AuthKey> keys)
    {
        lock (_gate)
        {
            foreach (var key in keys)
            {
                _keys.Add(key.Id, key);
            }
        }
    }

    public AuthKey Create(CreateKey request, AccessGrant grant)
    {
        if (request.KeyType is not (null or "auth"))
        {
            throw new TailscaleFault(400, $"key type \"{request.KeyType}\" is not modelled here; only auth keys are");
        }

        var wanted = request.Capabilities?.Devices?.Create ?? throw new TailscaleFault(400, "capabilities are required");
        var tags = wanted.Tags ?? [];
        // Keys made by an OAuth client belong to nobody, so they must be tagged.
        RequireTags(tags);
        grant.RequireTags(tags);

        var description = request.Description ?? "";
        if (description.Length > 50 || !Description().IsMatch(description))
        {
            throw new TailscaleFault(400, "description must be at most 50 letters, digits, spaces, hyphens and underscores");
        }

        var seconds = request.ExpirySeconds is null or 0 ? MaxLifetime : request.ExpirySeconds.Value;
        if (seconds is < 1 or > MaxLifetime)
        {
            throw new TailscaleFault(400, $"expirySeconds must be between 1 and {MaxLifetime}");
        }

        var id = $"k{RandomNumberGenerator.GetString(Alphabet, 10)}CNTRL";
        var key = new AuthKey(
            id, $"tskey-auth-{id}-{RandomNumberGenerator.GetString(Alphabet, 32)}", description, wanted, time.GetUtcNow(),
            TimeSpan.FromSeconds(seconds));
        lock (_gate)
        {
            _keys.Add(id, key);
        }

        return key;
    }

    public static void RequireTags(IReadOnlyList<string> tags)
    {
        if (tags.Count == 0 || tags.Any(t => !Tag().IsMatch(t)))
        {
            throw new TailscaleFault(400, $"requested tags [{string.Join(' ', tags)}] are invalid or not permitted");
        }
    }

    public AuthKey? Find(string id)
    {
        lock (_gate)
        {
            return _keys.GetValueOrDefault(id);
        }
    }

    public bool Delete(string id)
    {
        lock (_gate)
        {
            return _keys.Remove(id);
        }
    }

    /// <summary>Spends a key on one enrolment; two machines with the same single-use key cannot both win.</summary>
    public AuthKey Use(string value)
    {
        lock (_gate)
        {
            var parts = value.Split('-');
            if (parts is not ["tskey", "auth", var id, _])
            {
                throw new TailscaleFault(401, "invalid key: unable to validate API key");
            }

            if (!_keys.TryGetValue(id, out var key) || key.Value != value || key.IsInvalid(time.GetUtcNow()))
            {
                throw new TailscaleFault(401, $"invalid key: API key {id} not valid");
            }

            if (!key.Capabilities.Reusable)
            {
                if (options.TailscaleUsedKeys == "invalid")
                {
                    _keys[id] = key with { Revoked = time.GetUtcNow() };
                }
                else
                {
                    _keys.Remove(id);
                }
            }

            return key;
        }
    }

    public void Clear()
    {
        lock (_gate)
        {
            _keys.Clear();
        }
    }

    [GeneratedRegex(@"^tag:[a-zA-Z][a-zA-Z0-9-]*\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Tag();

    [GeneratedRegex(@"^[A-Za-z0-9 _-]*\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Description();
}
