using System.Net;
using System.Text;

namespace Slipway.Testing;

/// <summary>One HTTP exchange a test arranged: the request line expected next, and the answer it gets.</summary>
public sealed record ScriptedExchange(string Method, string PathAndQuery, HttpStatusCode Status, string? Body = null)
{
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>Looks at the request, e.g. to assert on its body.</summary>
    public Action<HttpRequestMessage, string>? Inspect { get; init; }

    /// <summary>Thrown instead of answering: a broken connection, a time-out.</summary>
    public Exception? Throws { get; init; }

    public string ContentType { get; init; } = "application/json";
}

/// <summary>Plays arranged exchanges in order; a request nobody arranged, or one in the wrong order, throws.</summary>
public sealed class ScriptedHttp(params ScriptedExchange[] exchanges) : HttpMessageHandler
{
    private readonly Queue<ScriptedExchange> _left = new(exchanges);
    private readonly List<string> _requests = [];

    public IReadOnlyList<string> Requests => _requests;

    public void ShouldBeFinished() => _left.ShouldBeEmpty("these exchanges were arranged but never asked for");

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var line = $"{request.Method} {request.RequestUri!.PathAndQuery}";
        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        ScriptedExchange exchange;
        lock (_left)
        {
            _requests.Add(line);
            if (!_left.TryDequeue(out exchange!))
            {
                throw new InvalidOperationException($"Nobody arranged an answer for '{line}'.");
            }
        }

        if (line != $"{exchange.Method} {exchange.PathAndQuery}")
        {
            throw new InvalidOperationException($"Expected '{exchange.Method} {exchange.PathAndQuery}' next, but got '{line}'.");
        }

        exchange.Inspect?.Invoke(request, body);
        if (exchange.Throws is not null)
        {
            throw exchange.Throws;
        }

        var response = new HttpResponseMessage(exchange.Status)
        {
            RequestMessage = request,
            Content = new StringContent(exchange.Body ?? "", Encoding.UTF8, exchange.ContentType),
        };
        foreach (var (name, value) in exchange.Headers)
        {
            response.Headers.TryAddWithoutValidation(name, value);
        }

        return response;
    }
}
