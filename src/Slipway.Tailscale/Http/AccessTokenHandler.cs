using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.Logging;

namespace Slipway.Tailscale;

/// <summary>
/// Adds the access token: asked for when first needed, by one caller for all, again after five sixths of its life (50 of 60 minutes), and once more
/// when the server says 401. A request refused with 401 was not carried out, so any method is sent again.
/// </summary>
internal sealed partial class AccessTokenHandler(TailscaleOptions options, TimeProvider time, ILogger<AccessTokenHandler> logger) : DelegatingHandler
{
    private readonly SemaphoreSlim _asking = new(1, 1);
    private volatile AccessToken? _current;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var token = await GetAsync(refused: null, cancellationToken);
        var response = await SendWithAsync(token, request, cancellationToken);
        if (response.StatusCode != HttpStatusCode.Unauthorized)
        {
            return response;
        }

        response.Dispose();
        return await SendWithAsync(await GetAsync(refused: token, cancellationToken), request, cancellationToken);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _asking.Dispose();
        }

        base.Dispose(disposing);
    }

    private Task<HttpResponseMessage> SendWithAsync(AccessToken token, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token.Value);
        return base.SendAsync(request, cancellationToken);
    }

    private async Task<AccessToken> GetAsync(AccessToken? refused, CancellationToken cancellationToken)
    {
        if (Usable(refused) is { } usable)
        {
            return usable;
        }

        await _asking.WaitAsync(cancellationToken);
        try
        {
            return Usable(refused) ?? (_current = await AskAsync(cancellationToken));
        }
        finally
        {
            _asking.Release();
        }
    }

    private AccessToken? Usable(AccessToken? refused) =>
        _current is { } current && !ReferenceEquals(current, refused) && time.GetUtcNow() < current.RefreshAt ? current : null;

    private async Task<AccessToken> AskAsync(CancellationToken cancellationToken)
    {
        var asked = time.GetUtcNow();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{options.BaseUrl.AbsoluteUri.TrimEnd('/')}/api/v2/oauth/token");
        request.Content = new FormUrlEncodedContent(Form());
        request.Options.Set(Route.Template, "/oauth/token");
        request.Options.Set(RetryHandler.Repeatable, value: true);
        using var response = await base.SendAsync(request, cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            throw await TailscaleHttp.RefusalAsync(request, response, options.ClientSecret, cancellationToken);
        }

        var answer = await TailscaleHttp.ReadAsync(request, response, TailscaleJson.Default.TokenWire, cancellationToken);
        if (string.IsNullOrEmpty(answer.AccessToken))
        {
            throw new TailscaleException("Tailscale answered the token request without an access token.", response.StatusCode, TailscaleHttp.EndpointOf(request));
        }

        var life = TimeSpan.FromSeconds(answer.ExpiresIn is > 0 and < 86_400 ? answer.ExpiresIn.Value : 3600);
        Log.Refreshed(logger, life.TotalMinutes);
        return new AccessToken(answer.AccessToken, asked + (life * 5 / 6));
    }

    private IEnumerable<KeyValuePair<string, string>> Form()
    {
        yield return new("client_id", options.ClientId);
        yield return new("client_secret", options.ClientSecret);
        yield return new("grant_type", "client_credentials");
        if (options.Scopes.Count > 0)
        {
            yield return new("scope", string.Join(' ', options.Scopes));
        }

        if (options.Tags.Count > 0)
        {
            yield return new("tags", string.Join(' ', options.Tags));
        }
    }

    private sealed class AccessToken(string value, DateTimeOffset refreshAt)
    {
        public string Value => value;

        public DateTimeOffset RefreshAt => refreshAt;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "Tailscale: got an access token for {Minutes:0} minutes.")]
        public static partial void Refreshed(ILogger logger, double minutes);
    }
}
