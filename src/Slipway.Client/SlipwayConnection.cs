using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Slipway.Client;

/// <summary>One request, one answer; every way this can go wrong becomes a <see cref="SlipwayException"/>.</summary>
internal sealed class SlipwayConnection(HttpClient http)
{
    public HttpClient Http => http;

    /// <summary>An id or name as one segment of a path, so that none of them can point elsewhere.</summary>
    public static string Segment(string value)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(value);
        return value is "." or ".." ? throw new ArgumentException($"'{value}' is no id.", nameof(value)) : Uri.EscapeDataString(value);
    }

    public async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        using var response = await SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        return await ReadAsync(response, type, cancellationToken);
    }

    public async Task<(HttpStatusCode Status, T Body)> PostAsync<T>(
        string path, HttpContent? body, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = body };
        using var response = await SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        return (response.StatusCode, await ReadAsync(response, type, cancellationToken));
    }

    /// <summary>Sends, and answers only with a success; anything else throws.</summary>
    public async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, HttpCompletionOption completion, CancellationToken cancellationToken)
    {
        HttpResponseMessage response;
        try
        {
            response = await http.SendAsync(request, completion, cancellationToken);
        }
        catch (HttpRequestException e) when (NeverArrived(e))
        {
            throw SlipwayException.Unreachable(http.BaseAddress!, e);
        }
        catch (Exception e) when (IsLoss(e, cancellationToken))
        {
            throw SlipwayException.AnswerLost(Line(request), e);
        }

        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            throw SlipwayException.Refused(Line(request), response.StatusCode, await ReadProblemAsync(response, cancellationToken));
        }
    }

    public async Task<T> ReadAsync<T>(HttpResponseMessage response, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        try
        {
            return await response.Content.ReadFromJsonAsync(type, cancellationToken)
                ?? throw new JsonException("The answer is null.");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or NotSupportedException)
        {
            throw SlipwayException.NotSlipway(http.BaseAddress!, Line(response.RequestMessage!), e);
        }
        catch (Exception e) when (IsLoss(e, cancellationToken))
        {
            throw SlipwayException.AnswerLost(Line(response.RequestMessage!), e);
        }
    }

    private static async Task<ProblemResource?> ReadProblemAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentType?.MediaType is not ("application/problem+json" or "application/json"))
        {
            return null;
        }

        try
        {
            return await response.Content.ReadFromJsonAsync(SlipwayJson.Default.ProblemResource, cancellationToken);
        }
        catch (Exception e) when (e is JsonException || IsLoss(e, cancellationToken))
        {
            return null;
        }
    }

    private static bool NeverArrived(HttpRequestException e) => e.HttpRequestError
        is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
        or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError;

    // HttpClient reports its own time limit as a cancellation; the caller's is not ours to translate.
    private static bool IsLoss(Exception e, CancellationToken cancellationToken) =>
        e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    private static string Line(HttpRequestMessage request) =>
        $"{request.Method} {(request.RequestUri!.IsAbsoluteUri ? request.RequestUri.PathAndQuery : "/" + request.RequestUri)}";
}
