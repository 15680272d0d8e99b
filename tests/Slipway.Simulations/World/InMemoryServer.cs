using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Slipway.Simulations;

/// <summary>A request as bytes, so that it can be sent, repeated and looked through.</summary>
internal sealed record Call(string Method, Uri Address, IReadOnlyList<KeyValuePair<string, string>> Headers, byte[] Body)
{
    public static async Task<Call> OfAsync(HttpRequestMessage request)
    {
        var headers = request.Headers.Concat(request.Content?.Headers ?? Enumerable.Empty<KeyValuePair<string, IEnumerable<string>>>());
        return new Call(
            request.Method.Method,
            request.RequestUri!,
            headers.Select(h => KeyValuePair.Create(h.Key, string.Join(", ", h.Value))).ToList(),
            request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync());
    }
}

internal sealed record Reply(int Status, IReadOnlyList<KeyValuePair<string, string>> Headers, byte[] Body)
{
    public HttpResponseMessage ToMessage()
    {
        var message = new HttpResponseMessage((HttpStatusCode)Status) { Content = new ByteArrayContent(Body) };
        foreach (var (name, value) in Headers)
        {
            _ = message.Headers.TryAddWithoutValidation(name, value) || message.Content.Headers.TryAddWithoutValidation(name, value);
        }

        return message;
    }
}

/// <summary>A web server without a wire: a call runs the application on the caller's thread.</summary>
internal sealed class InMemoryServer : IServer
{
    private Func<IFeatureCollection, Task>? _application;

    public InMemoryServer()
    {
        var addresses = new ServerAddressesFeature();
        addresses.Addresses.Add("http://127.0.0.1:8700");
        Features.Set<IServerAddressesFeature>(addresses);
    }

    public IFeatureCollection Features { get; } = new FeatureCollection();

    public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
        where TContext : notnull
    {
        _application = async features =>
        {
            var context = application.CreateContext(features);
            await application.ProcessRequestAsync(context);
            application.DisposeContext(context, null);
        };
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <exception cref="HttpRequestException">The application broke the connection.</exception>
    public async Task<Reply> SendAsync(Call call)
    {
        using var sent = new MemoryStream();
        using var connection = new Connection();
        var response = new HttpResponseFeature();
        var features = new FeatureCollection();
        features.Set<IHttpRequestFeature>(RequestOf(call));
        features.Set<IHttpResponseFeature>(response);
        features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(sent));
        features.Set<IHttpRequestLifetimeFeature>(connection);
        await _application!(features);
        if (connection.RequestAborted.IsCancellationRequested)
        {
            throw new HttpRequestException(HttpRequestError.ResponseEnded, $"The connection of {call.Method} {call.Address.AbsolutePath} was broken.");
        }

        await features.GetRequiredFeature<IHttpResponseBodyFeature>().Writer.FlushAsync();
        return new Reply(response.StatusCode, response.Headers.Select(h => KeyValuePair.Create(h.Key, h.Value.ToString())).ToList(), sent.ToArray());
    }

    public void Dispose()
    {
    }

    private static HttpRequestFeature RequestOf(Call call)
    {
        var request = new HttpRequestFeature
        {
            Method = call.Method,
            Protocol = "HTTP/1.1",
            Scheme = "http",
            Path = Uri.UnescapeDataString(call.Address.AbsolutePath),
            PathBase = "",
            QueryString = call.Address.Query,
            RawTarget = call.Address.PathAndQuery,
            Body = new MemoryStream(call.Body),
        };
        request.Headers.Host = call.Address.Authority;
        foreach (var (name, value) in call.Headers)
        {
            request.Headers[name] = value;
        }

        if (call.Body.Length > 0)
        {
            request.Headers.ContentLength = call.Body.Length;
        }

        return request;
    }

    private sealed class Connection : IHttpRequestLifetimeFeature, IDisposable
    {
        private readonly CancellationTokenSource _aborted = new();

        public CancellationToken RequestAborted
        {
            get => _aborted.Token;
            set => throw new NotSupportedException();
        }

        public void Abort() => _aborted.Cancel();

        public void Dispose() => _aborted.Dispose();
    }
}
