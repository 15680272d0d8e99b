using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Slipway.Hetzner.Http;

namespace Slipway.Hetzner;

/// <summary>
/// A client for one Hetzner Cloud project. Make one and keep it: its budget, its action poller and its connections are shared by
/// everything that goes through it. Safe to use from many threads.
/// </summary>
/// <example>
/// <code>
/// using var hetzner = new HetznerClient(new HetznerOptions { Token = token });
/// var made = await hetzner.Servers.CreateAsync(new() { Name = "web-1", ServerType = "cx23", Image = "debian-12", Location = "nbg1" });
/// await hetzner.Actions.WaitAsync(made.Action.Id);
/// </code>
/// </example>
public sealed class HetznerClient : IDisposable
{
    /// <summary>The name of the client's <c>ActivitySource</c> and <c>Meter</c>, for OpenTelemetry's <c>AddSource</c> and <c>AddMeter</c>.</summary>
    public const string TelemetryName = "Slipway.Hetzner";

    private readonly HetznerTelemetry _telemetry;
    private readonly HetznerHttp _http;
    private readonly ActionPoller _poller;

    /// <summary>Makes a client. Sends nothing.</summary>
    /// <param name="options">Token and patience; read now, later changes have no effect.</param>
    /// <param name="transport">What sends the requests, such as a test's script; the system's sockets when <see langword="null"/>. Disposed with the client.</param>
    /// <param name="timeProvider">The clock; the system's when <see langword="null"/>.</param>
    /// <param name="loggerFactory">Where to log: retries at debug, a low budget and forced power-offs as warnings. Never a secret.</param>
    /// <param name="random">Numbers from 0 to below 1 for the jitter.</param>
    /// <exception cref="ArgumentException">The token is missing (the message names <c>HETZNER_API_TOKEN</c>) or another option is wrong.</exception>
    public HetznerClient(
        HetznerOptions options,
        HttpMessageHandler? transport = null,
        TimeProvider? timeProvider = null,
        ILoggerFactory? loggerFactory = null,
        Func<double>? random = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        options = options.Copy();
        HetznerOptions.Validate(options);
        var token = options.Token.Trim();
        var time = timeProvider ?? TimeProvider.System;
        random ??= new Jitter().Next;
        var logger = (loggerFactory ?? NullLoggerFactory.Instance).CreateLogger("Slipway.Hetzner");

        Budget = new RequestBudget(time, logger, options.LowBudget, options.SharedBudget);
        _telemetry = new HetznerTelemetry(Budget);
        _http = new HetznerHttp(
            new HttpMessageInvoker(Chain(
                transport ?? new SocketsHttpHandler
                {
                    AllowAutoRedirect = false,
                    UseCookies = false,
                    PooledConnectionLifetime = TimeSpan.FromMinutes(5),
                },
                new AuthorizationHandler(token, options.Application),
                new TimeoutHandler(options.RequestTimeout, time),
                new TelemetryHandler(_telemetry, time),
                new RateLimitHandler(Budget, _telemetry, time),
                new ErrorHandler(new Redaction(token)),
                new RetryHandler(options, time, random, _telemetry, logger))),
            options.BaseUrl);
        _poller = new ActionPoller(_http, Budget, options, _telemetry, time);

        Actions = new ActionsClient(_http, _poller);
        Servers = new ServersClient(_http, Actions, new ShortageMemory(time, random), time, logger);
        Firewalls = new FirewallsClient(_http);
        SshKeys = new SshKeysClient(_http);
        Images = new ImagesClient(_http);
        ServerTypes = new ServerTypesClient(_http);
        Locations = new LocationsClient(_http);
        Pricing = new PricingClient(_http);
        Isos = new IsosClient(_http);
        Networks = new NetworksClient(_http);
        Volumes = new VolumesClient(_http);
        PrimaryIps = new PrimaryIpsClient(_http);
        PlacementGroups = new PlacementGroupsClient(_http);
    }

    /// <summary>Servers.</summary>
    public ServersClient Servers { get; }

    /// <summary>Actions, and waiting for them.</summary>
    public ActionsClient Actions { get; }

    /// <summary>Public SSH keys.</summary>
    public SshKeysClient SshKeys { get; }

    /// <summary>Firewalls.</summary>
    public FirewallsClient Firewalls { get; }

    /// <summary>Images and snapshots.</summary>
    public ImagesClient Images { get; }

    /// <summary>Server types, where they are in stock, and prices.</summary>
    public ServerTypesClient ServerTypes { get; }

    /// <summary>Locations.</summary>
    public LocationsClient Locations { get; }

    /// <summary>The price list.</summary>
    public PricingClient Pricing { get; }

    /// <summary>ISOs a server can boot from.</summary>
    public IsosClient Isos { get; }

    /// <summary>Private networks.</summary>
    public NetworksClient Networks { get; }

    /// <summary>Volumes.</summary>
    public VolumesClient Volumes { get; }

    /// <summary>Public addresses that can outlive a server.</summary>
    public PrimaryIpsClient PrimaryIps { get; }

    /// <summary>Placement groups.</summary>
    public PlacementGroupsClient PlacementGroups { get; }

    /// <summary>What is left of the project's requests.</summary>
    public RequestBudget Budget { get; }

    /// <summary>Closes connections and fails the waits still open.</summary>
    public void Dispose()
    {
        _poller.Dispose();
        _http.Dispose();
        Budget.Dispose();
        _telemetry.Dispose();
    }

    /// <summary>From the inside out: each handler wraps the one before.</summary>
    private static HttpMessageHandler Chain(HttpMessageHandler transport, params DelegatingHandler[] handlers) =>
        handlers.Aggregate(transport, (inner, outer) =>
        {
            outer.InnerHandler = inner;
            return outer;
        });

    /// <summary>A random source of its own: unlike the shared one, it is not thread-safe by itself.</summary>
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
