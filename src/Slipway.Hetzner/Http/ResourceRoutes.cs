using System.Text.Json.Serialization.Metadata;

namespace Slipway.Hetzner.Http;

/// <summary>The routes every resource with actions has: <c>/volumes/{id}</c>, <c>/volumes/{id}/actions/attach</c>, <c>/volumes/actions</c>…</summary>
internal sealed class ResourceRoutes(HetznerHttp http, string resource)
{
    private readonly string _one = $"{resource}/{{id}}";

    public HetznerHttp Http => http;

    public Task<T> GetAsync<T>(long id, JsonTypeInfo<T> answer, CancellationToken cancellationToken) =>
        http.GetAsync(_one, $"{resource}/{id}", answer, cancellationToken);

    public Task<T?> FindAsync<T>(long id, JsonTypeInfo<T> answer, CancellationToken cancellationToken)
        where T : class =>
        http.FindAsync(_one, $"{resource}/{id}", answer, cancellationToken);

    public async Task<T?> FindByNameAsync<TPage, T>(string name, JsonTypeInfo<TPage> page, Func<T, bool> isIt, CancellationToken cancellationToken)
        where TPage : Page<T>
        where T : class
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        var answer = await http.GetAsync(resource, $"{resource}?name={Uri.EscapeDataString(name)}", page, cancellationToken);
        return answer.Items.FirstOrDefault(isIt);
    }

    public IAsyncEnumerable<T> ListAsync<TPage, T>(ListFilter? filter, JsonTypeInfo<TPage> page, CancellationToken cancellationToken)
        where TPage : Page<T> =>
        http.ListAsync<TPage, T>(resource, filter?.ToQuery().ToString(), page, cancellationToken);

    public Task<TAnswer> PostAsync<TBody, TAnswer>(TBody body, JsonTypeInfo<TBody> type, JsonTypeInfo<TAnswer> answer, CancellationToken cancellationToken) =>
        http.PostAsync(resource, resource, HetznerHttp.Json(body, type), answer, cancellationToken);

    public Task<TAnswer> PutAsync<TBody, TAnswer>(long id, TBody body, JsonTypeInfo<TBody> type, JsonTypeInfo<TAnswer> answer, CancellationToken cancellationToken) =>
        http.SendAsync(
            HttpMethod.Put, $"{resource}/{id}", new RequestContext($"PUT {_one}", RequestPriority.Create), HetznerHttp.Json(body, type), answer, cancellationToken);

    public Task<bool> DeleteAsync(long id, CancellationToken cancellationToken) => http.DeleteAsync(_one, $"{resource}/{id}", cancellationToken);

    /// <summary>Presses a button that has nothing to be told.</summary>
    public Task<HetznerAction> ActAsync(long id, string verb, CancellationToken cancellationToken, RequestPriority priority = RequestPriority.Create) =>
        ActAsync(id, verb, null, priority, cancellationToken);

    public Task<HetznerAction> ActWithAsync<TBody>(long id, string verb, TBody body, JsonTypeInfo<TBody> type, CancellationToken cancellationToken) =>
        ActAsync(id, verb, HetznerHttp.Json(body, type), RequestPriority.Create, cancellationToken);

    /// <summary>An action whose answer holds more than the action.</summary>
    public Task<TAnswer> AnswerAsync<TAnswer>(
        long id, string verb, HttpContent? body, JsonTypeInfo<TAnswer> answer, CancellationToken cancellationToken, string? secret = null) =>
        http.PostAsync($"{_one}/actions/{verb}", $"{resource}/{id}/actions/{verb}", body, answer, cancellationToken, secret: secret);

    private async Task<HetznerAction> ActAsync(long id, string verb, HttpContent? body, RequestPriority priority, CancellationToken cancellationToken)
    {
        var template = $"{_one}/actions/{verb}";
        var answer = await http.PostAsync(
            template, $"{resource}/{id}/actions/{verb}", body, HetznerJson.Default.ActionAnswer, cancellationToken, priority);
        return answer.Action.OrMissing($"POST {template}", "action");
    }
}
