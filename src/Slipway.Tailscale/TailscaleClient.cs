using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Slipway.Tailscale;

/// <summary>
/// A client for Tailscale's API v2 with OAuth client credentials. Thread-safe; keep one for the life of the process, so that its access token is
/// asked for once in 50 minutes.
/// </summary>
public sealed class TailscaleClient : IDisposable
{
    /// <summary>The name of the client's <c>ActivitySource</c> and <c>Meter</c>, for OpenTelemetry's <c>AddSource</c> and <c>AddMeter</c>.</summary>
    public const string TelemetryName = "Slipway.Tailscale";

    private readonly TailscaleTelemetry _telemetry = new();
    private readonly HttpClient _http;
    private readonly TailscaleHttp _api;

    /// <summary>Creates the client; nothing is sent yet.</summary>
    /// <param name="options">Credentials and limits; read once.</param>
    /// <param name="transport">What carries the requests; the default is a pooled <see cref="SocketsHttpHandler"/>. Disposed with the client.</param>
    /// <param name="timeProvider">The clock for token age, time-outs, pauses and waiting.</param>
    /// <param name="loggerFactory">Where repetitions and token refreshes are logged, without secrets.</param>
    /// <param name="random">Numbers from 0 to below 1 that spread the pauses.</param>
    /// <exception cref="ArgumentException">Options are missing or unusable; the message names all of them.</exception>
    public TailscaleClient(
        TailscaleOptions options,
        HttpMessageHandler? transport = null,
        TimeProvider? timeProvider = null,
        ILoggerFactory? loggerFactory = null,
        Func<double>? random = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        TailscaleOptions.Validate(options);
        var time = timeProvider ?? TimeProvider.System;
        var loggers = loggerFactory ?? NullLoggerFactory.Instance;
        random ??= new Jitter().Next;

        // Outermost first: the token is added once a request, and again after a 401; each attempt below has its own time limit.
        _http = new HttpClient(
            new AccessTokenHandler(options, time, loggers.CreateLogger<AccessTokenHandler>())
            {
                InnerHandler = new RetryHandler(options, time, random, _telemetry, loggers.CreateLogger<RetryHandler>())
                {
                    InnerHandler = new TelemetryHandler(_telemetry, time)
                    {
                        InnerHandler = new AttemptTimeoutHandler(options.RequestTimeout, time)
                        {
                            InnerHandler = transport ?? new SocketsHttpHandler
                            {
                                PooledConnectionLifetime = TimeSpan.FromMinutes(5),
                                AllowAutoRedirect = false,
                                UseCookies = false,
                            },
                        },
                    },
                },
            })
        {
            BaseAddress = new Uri($"{options.BaseUrl.AbsoluteUri.TrimEnd('/')}/api/v2/"),
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _http.DefaultRequestHeaders.UserAgent.ParseAdd($"Slipway.Tailscale/{typeof(TailscaleClient).Assembly.GetName().Version?.ToString(3)}");
        _api = new TailscaleHttp(_http);
        Keys = new KeysClient(_api, options.Tailnet);
        Devices = new DevicesClient(_api, options, time, random);
    }

    /// <summary>Auth keys: how a machine joins.</summary>
    public KeysClient Keys { get; }

    /// <summary>Devices: what has joined.</summary>
    public DevicesClient Devices { get; }

    /// <summary>Checks that the credentials work and may use keys and devices: one look at each. Changes nothing.</summary>
    /// <param name="cancellationToken">Ends the check.</param>
    /// <returns>A task that ends when both looks were allowed.</returns>
    /// <exception cref="TailscaleException">The credentials were refused or lack a scope; the message says which to check.</exception>
    public async Task VerifyCredentialsAsync(CancellationToken cancellationToken = default)
    {
        await Keys.ListAsync(cancellationToken);
        await Devices.ListAsync(new DeviceFilter { Hostname = "slipway-credential-check" }, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _http.Dispose();
        _telemetry.Dispose();
    }

    private sealed class Jitter
    {
        private readonly Random _random = new();

        public double Next()
        {
            lock (_random)
            {
                return _random.NextDouble();
            }
        }
    }
}
