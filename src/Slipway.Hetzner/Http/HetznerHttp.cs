using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Slipway.Hetzner.Http;

/// <summary>Sends a request through the handlers and reads the answer. Everything a resource's client needs.</summary>
internal sealed class HetznerHttp(HttpMessageInvoker invoker, Uri baseUrl) : IDisposable
{
    private const int PageSize = 50;

    private readonly string _base = baseUrl.AbsoluteUri.TrimEnd('/');

    public Task<TAnswer> GetAsync<TAnswer>(string template, string path, JsonTypeInfo<TAnswer> answer, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, path, new RequestContext($"GET {template}", RequestPriority.Read), null, answer, cancellationToken);

    /// <summary>Like <see cref="GetAsync"/>, but <see langword="null"/> when the API says the thing does not exist.</summary>
    public async Task<TAnswer?> FindAsync<TAnswer>(string template, string path, JsonTypeInfo<TAnswer> answer, CancellationToken cancellationToken)
        where TAnswer : class
    {
        try
        {
            return await GetAsync(template, path, answer, cancellationToken);
        }
        catch (HetznerException e) when (e.IsNotFound)
        {
            return null;
        }
    }

    public Task<TAnswer> PostAsync<TAnswer>(
        string template, string path, HttpContent? body, JsonTypeInfo<TAnswer> answer, CancellationToken cancellationToken,
        RequestPriority priority = RequestPriority.Create, string? secret = null) =>
        SendAsync(HttpMethod.Post, path, new RequestContext($"POST {template}", priority) { Secret = secret }, body, answer, cancellationToken);

    /// <summary>Deletes; <see langword="false"/> when it was gone already.</summary>
    public async Task<bool> DeleteAsync(string template, string path, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await SendAsync(HttpMethod.Delete, path, new RequestContext($"DELETE {template}", RequestPriority.Destroy), null, cancellationToken);
            return true;
        }
        catch (HetznerException e) when (e.IsNotFound)
        {
            return false;
        }
    }

    /// <summary>Follows <c>meta.pagination.next_page</c> to the end, fifty a page, one request per page actually reached.</summary>
    public async IAsyncEnumerable<T> ListAsync<TPage, T>(
        string resource, string? query, JsonTypeInfo<TPage> page, [EnumeratorCancellation] CancellationToken cancellationToken,
        string? template = null)
        where TPage : Page<T>
    {
        var context = new RequestContext($"GET {template ?? resource}", RequestPriority.Background);
        for (int? number = 1; number is > 0;)
        {
            var path = $"{resource}?{query}{(string.IsNullOrEmpty(query) ? "" : "&")}page={number}&per_page={PageSize}";
            var answer = await SendAsync(HttpMethod.Get, path, context, null, page, cancellationToken);
            foreach (var item in answer.Items)
            {
                yield return item;
            }

            var next = answer.Meta?.Pagination?.NextPage;
            number = next > number ? next : null;
        }
    }

    public static HttpContent Json<T>(T body, JsonTypeInfo<T> type)
    {
        var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body, type));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return content;
    }

    public async Task<TAnswer> SendAsync<TAnswer>(
        HttpMethod method, string path, RequestContext context, HttpContent? body, JsonTypeInfo<TAnswer> answer, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(method, path, context, body, cancellationToken);
        try
        {
            await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            return await JsonSerializer.DeserializeAsync(stream, answer, cancellationToken)
                ?? throw Unreadable(method, context.Endpoint, response, null);
        }
        catch (JsonException e)
        {
            throw Unreadable(method, context.Endpoint, response, e);
        }
    }

    public void Dispose() => invoker.Dispose();

    private async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, RequestContext context, HttpContent? body, CancellationToken cancellationToken)
    {
        // An empty body instead of none: the runtime resends a POST without content by itself when a pooled connection breaks.
        using var request = new HttpRequestMessage(method, _base + path)
        {
            Content = body ?? (method == HttpMethod.Post ? new ByteArrayContent([]) : null),
        };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        context.AttachTo(request);
        return await invoker.SendAsync(request, cancellationToken);
    }

    private static HetznerException Unreadable(HttpMethod method, string endpoint, HttpResponseMessage response, JsonException? cause)
    {
        var unknown = RetryPolicy.IsOutcomeUnknown(method, response.StatusCode, HetznerErrorCodes.InvalidResponse, mayHaveArrived: true);
        var correlation = response.Headers.TryGetValues("X-Correlation-Id", out var values) ? values.FirstOrDefault() : null;
        return new HetznerException(
            $"{endpoint} was answered with HTTP {(int)response.StatusCode}, but not with the JSON the API promises"
            + $" ({HetznerErrorCodes.InvalidResponse}, correlation id {correlation ?? "none"}). Check that the base address is an API and no proxy answers for it."
            + (unknown ? " Hetzner may have carried it out: look the resource up before trying again." : ""),
            HetznerErrorCodes.InvalidResponse, response.StatusCode, endpoint, correlation, isOutcomeUnknown: unknown, innerException: cause);
    }
}
