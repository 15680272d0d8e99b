using System.Net.Http.Headers;

namespace Slipway.Client;

/// <summary>
/// A typed client for Slipway's REST API. Safe for many callers at once; make one and keep it.
/// Every method throws <see cref="SlipwayException"/> when the server refuses, cannot be reached, or its answer is lost,
/// and <see cref="OperationCanceledException"/> when the given token is cancelled. No request is ever repeated, except
/// the reading of events in <see cref="OperationsClient.FollowAsync"/>.
/// </summary>
public sealed class SlipwayClient : IDisposable
{
    private readonly HttpClient? _owned;

    /// <summary>A client over an <see cref="HttpClient"/> of the caller's, e.g. from <c>IHttpClientFactory</c>; it is not disposed.</summary>
    /// <param name="http">Has the server as its <see cref="HttpClient.BaseAddress"/> (a path in it ends in /) and sends the token itself.</param>
    /// <param name="time">The clock that pauses between reconnects; null is the system's.</param>
    /// <exception cref="ArgumentException">The client has no base address.</exception>
    public SlipwayClient(HttpClient http, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(http);
        if (http.BaseAddress is null)
        {
            throw new ArgumentException("Set the HttpClient's BaseAddress to the address of the Slipway server.", nameof(http));
        }

        var connection = new SlipwayConnection(http);
        Agents = new AgentsClient(connection);
        Rollouts = new RolloutsClient(connection);
        Operations = new OperationsClient(connection, time ?? TimeProvider.System);
        Blueprints = new BlueprintsClient(connection);
        Alerts = new AlertsClient(connection);
        Doctor = new DoctorClient(connection);
        Reconcile = new ReconcileClient(connection);
    }

    /// <summary>A client with a connection of its own. It follows no redirects, because orders carry secrets.</summary>
    /// <param name="server">The server, e.g. <c>http://127.0.0.1:8600</c>; a path in front of <c>/v1</c> is kept.</param>
    /// <param name="token">The API token, sent as <c>Authorization: Bearer</c>; null sends none.</param>
    /// <param name="time">The clock that pauses between reconnects; null is the system's.</param>
    /// <exception cref="ArgumentException">The address is not an absolute http or https one or holds a password, or the token holds characters no token has.</exception>
    public SlipwayClient(Uri server, string? token, TimeProvider? time = null)
        : this(Connect(server, token), time) => _owned = Http;

    /// <summary>Orders, looks at and changes agents.</summary>
    public AgentsClient Agents { get; }

    /// <summary>Brings new versions of blueprints to running agents.</summary>
    public RolloutsClient Rollouts { get; }

    /// <summary>Looks at operations and follows them live.</summary>
    public OperationsClient Operations { get; }

    /// <summary>Looks at blueprints and checks new ones.</summary>
    public BlueprintsClient Blueprints { get; }

    /// <summary>Looks at what only a person can mend, and says who does.</summary>
    public AlertsClient Alerts { get; }

    /// <summary>Asks the server what it thinks of its own surroundings.</summary>
    public DoctorClient Doctor { get; }

    /// <summary>Has the clouds compared with the server's rows.</summary>
    public ReconcileClient Reconcile { get; }

    private HttpClient Http => Agents.Connection.Http;

    /// <summary>Closes the connection if this client made it.</summary>
    public void Dispose() => _owned?.Dispose();

    private static HttpClient Connect(Uri server, string? token)
    {
        ArgumentNullException.ThrowIfNull(server);
        if (!server.IsAbsoluteUri || (server.Scheme != Uri.UriSchemeHttp && server.Scheme != Uri.UriSchemeHttps))
        {
            throw new ArgumentException("The server's address has to start with http:// or https://.", nameof(server));
        }

        if (server.UserInfo.Length > 0)
        {
            throw new ArgumentException("The server's address must not hold a user or password; the token says who asks.", nameof(server));
        }

        if (token is not null && (token.Length == 0 || token.Any(c => c is <= ' ' or > '~')))
        {
            throw new ArgumentException("The token is empty or holds spaces, line breaks or characters outside ASCII.", nameof(token));
        }

        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = !server.IsLoopback };
        var root = server.AbsoluteUri;
        var http = new HttpClient(handler) { BaseAddress = new Uri(root.EndsWith('/') ? root : root + "/") };
        http.DefaultRequestHeaders.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        http.DefaultRequestHeaders.UserAgent.ParseAdd("slipway-client");
        return http;
    }
}
