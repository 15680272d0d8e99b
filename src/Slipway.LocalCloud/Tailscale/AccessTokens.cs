using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace Slipway.LocalCloud.Tailscale;

/// <summary>What a token may do: which scopes, and to things with which tags.</summary>
/// <param name="Scopes">A scope includes its own <c>:read</c>.</param>
/// <param name="Tags">Null is any tag.</param>
/// <param name="Expires">When it ends.</param>
internal sealed record AccessGrant(IReadOnlyList<string> Scopes, IReadOnlyList<string>? Tags, DateTimeOffset Expires)
{
    public bool Allows(string scope, bool write) =>
        Scopes.Contains("all") || Scopes.Contains(scope) || (!write && (Scopes.Contains($"{scope}:read") || Scopes.Contains("all:read")));

    public void RequireTags(IReadOnlyList<string> wanted)
    {
        if (Tags is not null && wanted.Except(Tags, StringComparer.Ordinal).Any())
        {
            throw new TailscaleFault(400, $"requested tags [{string.Join(' ', wanted)}] are invalid or not permitted");
        }
    }
}

/// <summary>OAuth client credentials for tokens of one hour; a token cannot be refreshed.</summary>
internal sealed class AccessTokens(LocalCloudOptions options, TimeProvider time)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<string, AccessGrant> _grants = new(StringComparer.Ordinal);

    public async Task<IResult> IssueAsync(HttpContext context)
    {
        var form = context.Request.HasFormContentType ? await context.Request.ReadFormAsync() : FormCollection.Empty;
        var basic = Basic(context);
        var (id, secret) = basic ?? ((string?)form["client_id"], (string?)form["client_secret"]);
        if (form["grant_type"] is [{ } grant] && grant != "client_credentials")
        {
            return Refuse(400, "unsupported_grant_type", $"grant type \"{grant}\" is not supported");
        }

        if (id != options.TailscaleClientId || secret != options.TailscaleClientSecret)
        {
            return Refuse(401, "invalid_client", "API token invalid");
        }

        var own = new AccessGrant(Words(options.TailscaleClientScopes), options.TailscaleClientTags.Length == 0 ? null : Words(options.TailscaleClientTags), default);
        var scopes = Words(form["scope"]) is { Count: > 0 } asked ? asked : own.Scopes;
        if (scopes.FirstOrDefault(s => !own.Allows(s.Replace(":read", "", StringComparison.Ordinal), !s.EndsWith(":read", StringComparison.Ordinal))) is { } beyond)
        {
            return Refuse(400, "invalid_scope", $"scope \"{beyond}\" is not one of the client's");
        }

        var tags = Words(form["tags"]) is { Count: > 0 } narrowed ? narrowed : own.Tags;
        if (own.Tags is not null && tags!.Except(own.Tags, StringComparer.Ordinal).FirstOrDefault() is { } foreign)
        {
            return Refuse(400, "invalid_target", $"tag \"{foreign}\" is not one of the client's");
        }

        var token = $"tskey-api-{RandomNumberGenerator.GetHexString(32, lowercase: true)}";
        _grants[token] = new AccessGrant(scopes, tags, time.GetUtcNow() + Lifetime);
        return TypedResults.Json(
            new AccessTokenView(token, "Bearer", (int)Lifetime.TotalSeconds, string.Join(' ', scopes)), TailscaleJson.Wire.AccessTokenView);
    }

    /// <summary>What the request's token may do; null when it is none, or too old.</summary>
    public AccessGrant? GrantOf(HttpContext context)
    {
        var token = AuthenticationHeaderValue.TryParse(context.Request.Headers.Authorization, out var header)
            && header.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase)
                ? header.Parameter
                : Basic(context)?.Id;
        return token is not null && _grants.TryGetValue(token, out var grant) && grant.Expires > time.GetUtcNow() ? grant : null;
    }

    public IReadOnlyDictionary<string, AccessGrant> Keep() => new SortedDictionary<string, AccessGrant>(_grants, StringComparer.Ordinal);

    public void Restore(IReadOnlyDictionary<string, AccessGrant> grants)
    {
        foreach (var (token, grant) in grants)
        {
            _grants[token] = grant;
        }
    }

    /// <summary>Ends every token, as a revoked OAuth client does.</summary>
    public void Clear() => _grants.Clear();

    private static List<string> Words(string? text) => [.. (text ?? "").Split([' ', ','], StringSplitOptions.RemoveEmptyEntries)];

    private static IResult Refuse(int status, string error, string description) =>
        TypedResults.Json(new OAuthErrorView(error, description), TailscaleJson.Wire.OAuthErrorView, statusCode: status);

    private static (string? Id, string? Secret)? Basic(HttpContext context)
    {
        if (!AuthenticationHeaderValue.TryParse(context.Request.Headers.Authorization, out var header)
            || !header.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var bytes = new byte[header.Parameter?.Length ?? 0];
        if (!Convert.TryFromBase64String(header.Parameter ?? "", bytes, out var length))
        {
            return (null, null);
        }

        var parts = Encoding.UTF8.GetString(bytes, 0, length).Split(':', 2);
        return (Uri.UnescapeDataString(parts[0]), parts.Length > 1 ? Uri.UnescapeDataString(parts[1]) : "");
    }
}
