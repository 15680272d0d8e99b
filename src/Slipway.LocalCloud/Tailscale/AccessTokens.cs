using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace Slipway.LocalCloud.Tailscale;

/// <summary>OAuth client credentials for tokens of one hour; a token cannot be refreshed.</summary>
internal sealed class AccessTokens(LocalCloudOptions options, TimeProvider time)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<string, DateTimeOffset> _expiries = new(StringComparer.Ordinal);

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

        var token = $"tskey-api-{RandomNumberGenerator.GetHexString(32, lowercase: true)}";
        _expiries[token] = time.GetUtcNow() + Lifetime;
        return TypedResults.Json(
            new AccessTokenView(token, "Bearer", (int)Lifetime.TotalSeconds, "auth_keys devices:core"),
            TailscaleJson.Wire.AccessTokenView);
    }

    public bool Accepts(HttpContext context)
    {
        var token = AuthenticationHeaderValue.TryParse(context.Request.Headers.Authorization, out var header)
            && header.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase)
                ? header.Parameter
                : Basic(context)?.Id;
        return token is not null && _expiries.TryGetValue(token, out var expiry) && expiry > time.GetUtcNow();
    }

    /// <summary>Ends every token, as a revoked OAuth client does.</summary>
    public void Clear() => _expiries.Clear();

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
