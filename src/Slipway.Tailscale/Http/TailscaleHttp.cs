using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;

namespace Slipway.Tailscale;

/// <summary>One request, one answer: sends through the chain of handlers, reads JSON, turns refusals into <see cref="TailscaleException"/>.</summary>
internal sealed partial class TailscaleHttp(HttpClient http)
{
    private const int LongestMessage = 500;

    public async Task<T> GetAsync<T>(Route route, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        await FindAsync(route, type, cancellationToken)
        ?? throw new TailscaleException(
            $"Tailscale knows no {route.Path} (404). Check the tailnet's name and the base address, and that the device exists.", HttpStatusCode.NotFound, $"GET /api/v2/{route.Path}");

    public async Task<T?> FindAsync<T>(Route route, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        using var request = New(HttpMethod.Get, route);
        using var response = await SendAsync(request, cancellationToken);
        return response.StatusCode == HttpStatusCode.NotFound ? default : await ReadAsync(request, response, type, cancellationToken);
    }

    public async Task<TAnswer> PostAsync<TBody, TAnswer>(
        Route route, TBody body, JsonTypeInfo<TBody> bodyType, JsonTypeInfo<TAnswer> answerType, CancellationToken cancellationToken, bool repeatable = false)
    {
        using var request = New(HttpMethod.Post, route, Json(body, bodyType), repeatable);
        using var response = await PostAsync(request, cancellationToken);
        return await ReadAsync(request, response, answerType, cancellationToken);
    }

    /// <summary>Sets something to a value: doing it twice is doing it once, so it is repeated like a look. The answer's body does not matter.</summary>
    public async Task SetAsync<TBody>(Route route, TBody body, JsonTypeInfo<TBody> bodyType, CancellationToken cancellationToken)
    {
        using var request = New(HttpMethod.Post, route, Json(body, bodyType), repeatable: true);
        using var response = await PostAsync(request, cancellationToken);
    }

    /// <summary>Whether there was something to delete.</summary>
    public async Task<bool> DeleteAsync(Route route, CancellationToken cancellationToken)
    {
        using var request = New(HttpMethod.Delete, route);
        using var response = await SendAsync(request, cancellationToken);
        return response.StatusCode != HttpStatusCode.NotFound;
    }

    public static string EndpointOf(HttpRequestMessage request) => $"{request.Method} {request.RequestUri!.AbsolutePath}";

    public static TimeSpan? RetryAfterOf(HttpResponseMessage? response, DateTimeOffset now) => response?.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date > now ? date - now : TimeSpan.Zero,
        _ => null,
    };

    public static async Task<T> ReadAsync<T>(HttpRequestMessage request, HttpResponseMessage response, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            return await JsonSerializer.DeserializeAsync(body, type, cancellationToken) ?? throw new JsonException("The body is null.");
        }
        catch (JsonException e)
        {
            // The parser's own message can quote the body, and the body of a created key is the key.
            throw new TailscaleException(
                $"Tailscale's answer to {EndpointOf(request)} ({(int)response.StatusCode}) is not the JSON expected, at '{e.Path}'.",
                response.StatusCode,
                EndpointOf(request))
            {
                OutcomeUnknown = RetryHandler.ChangesOnce(request),
            };
        }
    }

    public static async Task<TailscaleException> RefusalAsync(
        HttpRequestMessage request, HttpResponseMessage response, string? secret, CancellationToken cancellationToken)
    {
        var endpoint = EndpointOf(request);
        var said = Redact(MessageOf(await response.Content.ReadAsStringAsync(cancellationToken)), secret, request.Headers.Authorization?.Parameter);
        var advice = response.StatusCode switch
        {
            _ when endpoint.EndsWith("/oauth/token", StringComparison.Ordinal) && (int)response.StatusCode < 500 && response.StatusCode != HttpStatusCode.TooManyRequests
                => " Check TAILSCALE_OAUTH_CLIENT_ID and TAILSCALE_OAUTH_CLIENT_SECRET.",
            HttpStatusCode.Unauthorized => " A fresh access token was refused too: the OAuth client may have been revoked.",
            HttpStatusCode.Forbidden => " The OAuth client needs the scopes auth_keys and devices:core.",
            HttpStatusCode.BadRequest when said.Contains("tag", StringComparison.OrdinalIgnoreCase) => " The tags must be the OAuth client's own, or owned by them in the policy's tagOwners.",
            HttpStatusCode.TooManyRequests => " Too many requests: ask less often, or later.",
            _ => "",
        };
        return new TailscaleException(
            $"Tailscale answered {endpoint} with {(int)response.StatusCode}{(said.Length == 0 ? "." : $": {said.TrimEnd('.')}.")}{advice}", response.StatusCode, endpoint)
        {
            RetryAfter = response.Headers.RetryAfter?.Delta,
            OutcomeUnknown = RetryHandler.ChangesOnce(request) && (int)response.StatusCode >= 500,
        };
    }

    private static HttpRequestMessage New(HttpMethod method, Route route, HttpContent? content = null, bool repeatable = false)
    {
        var request = new HttpRequestMessage(method, route.Path) { Content = content };
        request.Options.Set(Route.Template, route.Pattern);
        request.Options.Set(RetryHandler.Repeatable, repeatable);
        return request;
    }

    private static ByteArrayContent Json<T>(T body, JsonTypeInfo<T> type)
    {
        var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body, type));
        content.Headers.ContentType = new("application/json");
        return content;
    }

    private async Task<HttpResponseMessage> PostAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await SendAsync(request, cancellationToken);
        if (response.StatusCode != HttpStatusCode.NotFound)
        {
            return response;
        }

        using (response)
        {
            throw await RefusalAsync(request, response, secret: null, cancellationToken);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await http.SendAsync(request, cancellationToken);
        if (response.IsSuccessStatusCode || response.StatusCode == HttpStatusCode.NotFound)
        {
            return response;
        }

        using (response)
        {
            throw await RefusalAsync(request, response, secret: null, cancellationToken);
        }
    }

    private static string MessageOf(string body)
    {
        try
        {
            var error = JsonSerializer.Deserialize(body, TailscaleJson.Default.ErrorWire);
            var said = error?.Message ?? string.Join(": ", new[] { error?.Error, error?.ErrorDescription }.Where(t => !string.IsNullOrEmpty(t)));
            return said.Length > LongestMessage ? said[..LongestMessage] : said;
        }
        catch (JsonException)
        {
            return "";
        }
    }

    // A server may quote what it was sent.
    private static string Redact(string text, params IEnumerable<string?> secrets) =>
        secrets.Where(s => !string.IsNullOrEmpty(s)).Aggregate(SecretText().Replace(text, "${prefix}-***"), (t, s) => t.Replace(s!, "***", StringComparison.Ordinal));

    [GeneratedRegex("(?<prefix>tskey|hskey)-[A-Za-z0-9_-]+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SecretText();
}
