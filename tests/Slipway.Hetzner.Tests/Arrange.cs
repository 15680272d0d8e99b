using System.Net;
using Microsoft.Extensions.Logging;
using Slipway.Testing;

namespace Slipway.Hetzner.Tests;

/// <summary>A client on scripted exchanges and a clock the test moves.</summary>
internal sealed class Arrange : IDisposable
{
    public const string Token = "tokenprefix-0123456789abcdef0123SECRETHALF-0123456789abcdef012345";

    public Arrange(params ScriptedExchange[] exchanges)
        : this(null, exchanges)
    {
    }

    public Arrange(Action<HetznerOptions>? configure, params ScriptedExchange[] exchanges)
    {
        Http = new ScriptedHttp(exchanges);
        var options = new HetznerOptions { Token = Token, Application = "shop/1.2" };
        configure?.Invoke(options);
        Client = new HetznerClient(options, new RecordingHandler(this) { InnerHandler = Http }, Time, Logs, () => 0.5);
    }

    public ManualTimeProvider Time { get; } = new();

    public RecordedLogs Logs { get; } = new();

    public ScriptedHttp Http { get; }

    public HetznerClient Client { get; }

    public static ScriptedExchange Ok(string method, string path, string body, HttpStatusCode status = HttpStatusCode.OK) =>
        new(method, "/v1" + path, status, body);

    public static ScriptedExchange Refuse(string method, string path, int status, string code, string message = "no", string details = "null") =>
        new(method, "/v1" + path, (HttpStatusCode)status,
            $$"""{"error":{"code":"{{code}}","message":"{{message}}","details":{{details}} } }""")
        {
            Headers = new Dictionary<string, string> { ["X-Correlation-Id"] = "c0ffee" },
        };

    /// <summary>Every request with the seconds of the test's clock at which it was sent.</summary>
    public List<(double At, string Line)> Sent { get; } = [];

    /// <summary>Does the work, moving the clock whenever everybody waits for it. See <see cref="SteppedClock"/>.</summary>
    public T Run<T>(Func<Task<T>> work) => SteppedClock.Run(Time, work);

    public void Run(Func<Task> work) => SteppedClock.Run(Time, async () =>
    {
        await work();
        return 0;
    });

    public void Dispose()
    {
        Client.Dispose();
        Http.Dispose();
        Logs.Dispose();
    }
}

internal sealed class RecordingHandler(Arrange arranged) : DelegatingHandler
{
    private readonly DateTimeOffset _start = arranged.Time.GetUtcNow();

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var at = (arranged.Time.GetUtcNow() - _start).TotalSeconds;
        arranged.Sent.Add((Math.Round(at, 1), $"{request.Method} {request.RequestUri!.PathAndQuery}"));
        return base.SendAsync(request, cancellationToken);
    }
}

/// <summary>Keeps every log line.</summary>
internal sealed class RecordedLogs : ILoggerFactory, ILogger
{
    private readonly List<(LogLevel Level, string Text)> _lines = [];

    public IReadOnlyList<(LogLevel Level, string Text)> Lines
    {
        get
        {
            lock (_lines)
            {
                return [.. _lines];
            }
        }
    }

    public IEnumerable<string> At(LogLevel level) => Lines.Where(l => l.Level == level).Select(l => l.Text);

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_lines)
        {
            _lines.Add((logLevel, formatter(state, exception) + exception));
        }
    }

    public void Dispose()
    {
    }
}
