using Microsoft.Extensions.Logging;
using Slipway.Hetzner.Http;

namespace Slipway.Hetzner;

/// <summary>Orders, reads, switches and deletes servers.</summary>
public sealed partial class ServersClient
{
    private const string One = "/servers/{id}";

    private readonly HetznerHttp _http;
    private readonly ResourceRoutes _routes;
    private readonly ServerShutdown _shutdown;
    private readonly ServerOrders _orders;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    internal ServersClient(HetznerHttp http, ActionsClient actions, ShortageMemory shortages, TimeProvider timeProvider, ILogger logger)
    {
        _http = http;
        _routes = new ResourceRoutes(http, "/servers");
        _orders = new ServerOrders(this, shortages, logger);
        Actions = new ResourceActionsClient(http, "/servers");
        _time = timeProvider;
        _logger = logger;
        _shutdown = new ServerShutdown(this, actions, timeProvider, logger);
    }

    /// <summary>The servers' actions.</summary>
    public ResourceActionsClient Actions { get; }

    /// <summary>Orders a server. One request, unless Hetzner surely did nothing with it.</summary>
    /// <param name="request">What it shall be.</param>
    /// <param name="cancellationToken">Gives up; the server may be made nevertheless.</param>
    /// <returns>The server and the actions to wait for.</returns>
    /// <exception cref="ArgumentException">The request breaks a rule known beforehand, such as the size of the user data. Nothing was sent.</exception>
    /// <exception cref="HetznerException">
    /// <c>uniqueness_error</c>: the name is taken; <c>resource_unavailable</c>: sold out there; <c>resource_limit_exceeded</c>: quota.
    /// With <see cref="HetznerException.IsOutcomeUnknown"/> look for the name before anything else.
    /// </exception>
    public async Task<CreateServerResult> CreateAsync(CreateServerRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        CreateServerRequest.Validate(request);
        WarnIfLarge(request.UserData);
        var body = HetznerHttp.Json(CreateServerBody.From(request), HetznerJson.Default.CreateServerBody);
        var answer = await _http.PostAsync(
            "/servers", "/servers", body, HetznerJson.Default.CreateServerAnswer, cancellationToken, secret: request.UserData);
        return new CreateServerResult(
            answer.Server.OrMissing("POST /servers", "server"), answer.Action.OrMissing("POST /servers", "action"), answer.NextActions ?? [])
        {
            RootPassword = answer.RootPassword,
        };
    }

    /// <summary>
    /// Orders a server where there is room for it, or takes over the one an earlier attempt made. When the answer to the order is lost, or the name
    /// is taken, the name is looked up once, and a server is adopted only if it carries every label of the request. It never loops.
    /// </summary>
    /// <param name="request">
    /// What it shall be. The name must be derived from what the server is for, and the labels must prove it is this one, for instance by an order's id and a
    /// fingerprint of the request. With a plan, its type and location take the place of the request's.
    /// </param>
    /// <param name="plan">Where to try, in order; only the request's own type and location when <see langword="null"/>.</param>
    /// <param name="mayExist">Whether to look for the name first, because an earlier attempt's answer may have been lost. It costs one request and saves a refused one.</param>
    /// <param name="cancellationToken">Gives up; the server may be made nevertheless.</param>
    /// <returns>The server, whether it was adopted, and every place that was tried.</returns>
    /// <exception cref="ArgumentException">The request has no labels, or breaks a rule known beforehand. Nothing was sent.</exception>
    /// <exception cref="ServerNameTakenException">The name belongs to a server that is not the one asked for; it was left alone.</exception>
    /// <exception cref="PlacementException">There was no room anywhere; the exception says where and why.</exception>
    /// <exception cref="HetznerException">
    /// The order failed otherwise. <c>uniqueness_error</c>: the name is taken, but no server of that name is listed (yet): wait some seconds, then call again
    /// with <paramref name="mayExist"/>. The same after <see cref="HetznerException.IsOutcomeUnknown"/>: no server was found, but one may still appear.
    /// </exception>
    public Task<ServerOrderResult> CreateOrAdoptAsync(
        CreateServerRequest request, PlacementPlan? plan = null, bool mayExist = false, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return _orders.RunAsync(request, plan, mayExist, cancellationToken);
    }

    /// <summary>Makes a plan from what Hetzner sells now: reads server types and locations, two requests at the lowest priority.</summary>
    /// <param name="serverTypes">Names of the wanted types, the best first.</param>
    /// <param name="area">Where it may stand, such as <see cref="PlacementArea.AnyEu"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentException">None of the types can be had there; the message says why.</exception>
    /// <exception cref="HetznerException">A request failed.</exception>
    public async Task<PlacementPlan> PlanAsync(IReadOnlyList<string> serverTypes, PlacementArea area, CancellationToken cancellationToken = default)
    {
        var catalogue = await _http.ListAsync<ServerTypeList, ServerType>(
            "/server_types", null, HetznerJson.Default.ServerTypeList, cancellationToken).ToListAsync(cancellationToken);
        var locations = await _http.ListAsync<LocationList, Location>(
            "/locations", null, HetznerJson.Default.LocationList, cancellationToken).ToListAsync(cancellationToken);
        return PlacementPlan.FromCatalogue(catalogue, locations, serverTypes, area, _time.GetUtcNow());
    }

    /// <summary>Reads a server.</summary>
    /// <param name="id">The server's id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">There is no such server, or the request failed.</exception>
    public async Task<Server> GetAsync(long id, CancellationToken cancellationToken = default)
    {
        var answer = await _http.GetAsync(One, $"/servers/{id}", HetznerJson.Default.ServerAnswer, cancellationToken);
        return answer.Server.OrMissing("GET /servers/{id}", "server");
    }

    /// <summary>Reads a server, if it exists.</summary>
    /// <param name="id">The server's id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The server, or <see langword="null"/> when Hetzner says there is none.</returns>
    /// <exception cref="HetznerException">The request failed otherwise.</exception>
    public async Task<Server?> FindAsync(long id, CancellationToken cancellationToken = default)
    {
        var answer = await _http.FindAsync(One, $"/servers/{id}", HetznerJson.Default.ServerAnswer, cancellationToken);
        return answer?.Server.OrMissing("GET /servers/{id}", "server");
    }

    /// <summary>Looks a server up by its name.</summary>
    /// <param name="name">The exact name.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The server, or <see langword="null"/>.</returns>
    /// <exception cref="HetznerException">The request failed.</exception>
    public async Task<Server?> FindByNameAsync(string name, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        var path = $"/servers?name={Uri.EscapeDataString(name)}";
        var answer = await _http.GetAsync("/servers", path, HetznerJson.Default.ServerList, cancellationToken);
        return answer.Items.FirstOrDefault(s => s.Name == name);
    }

    /// <summary>Lists servers, fifty to a request, at the lowest priority.</summary>
    /// <param name="labelSelector">Which ones, such as <see cref="LabelSelector.FromLabels"/>; all when <see langword="null"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">A request failed.</exception>
    public IAsyncEnumerable<Server> ListAsync(string? labelSelector = null, CancellationToken cancellationToken = default) =>
        _http.ListAsync<ServerList, Server>("/servers", LabelSelector.QueryOf(labelSelector), HetznerJson.Default.ServerList, cancellationToken);

    /// <summary>Lists servers, fifty to a request, at the lowest priority.</summary>
    /// <param name="filter">Which ones, in which order.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">A request failed.</exception>
    public IAsyncEnumerable<Server> ListAsync(ServerFilter filter, CancellationToken cancellationToken = default) =>
        _routes.ListAsync<ServerList, Server>(filter, HetznerJson.Default.ServerList, cancellationToken);

    /// <summary>Changes name or labels.</summary>
    /// <param name="id">The server's id.</param>
    /// <param name="name">The new name; the old one stays when <see langword="null"/>. The machine's own hostname does not change.</param>
    /// <param name="labels">All labels from now on; the old ones stay when <see langword="null"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentException">A label breaks Hetzner's rules. Nothing was sent.</exception>
    /// <exception cref="HetznerException"><c>uniqueness_error</c>: the name is taken; or the request failed.</exception>
    public async Task<Server> UpdateAsync(
        long id, string? name = null, IReadOnlyDictionary<string, string>? labels = null, CancellationToken cancellationToken = default)
    {
        LabelRules.Check(labels);
        var answer = await _routes.PutAsync(
            id, new UpdateBody(name, labels), HetznerJson.Default.UpdateBody, HetznerJson.Default.ServerAnswer, cancellationToken);
        return answer.Server.OrMissing("PUT /servers/{id}", "server");
    }

    /// <summary>Reads what the host measured of a server: CPU in percent, disk and network in operations, packets and bytes per second.</summary>
    /// <param name="id">The server's id.</param>
    /// <param name="types">What to read; see <see cref="ServerMetricTypes"/>.</param>
    /// <param name="start">From when on; at most 30 days ago.</param>
    /// <param name="end">Until when.</param>
    /// <param name="step">The time between two samples, in whole seconds; Hetzner chooses one that gives at most 200 samples when <see langword="null"/>, and never gives more than 500.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentException">No type is given, or the end is not after the start. Nothing was sent.</exception>
    /// <exception cref="HetznerException">The request failed.</exception>
    public async Task<ServerMetrics> GetMetricsAsync(
        long id, IReadOnlyCollection<string> types, DateTimeOffset start, DateTimeOffset end, TimeSpan? step = null, CancellationToken cancellationToken = default)
    {
        var query = ServerMetrics.QueryOf(types, start, end, step);
        var answer = await _http.GetAsync($"{One}/metrics", $"/servers/{id}/metrics?{query}", HetznerJson.Default.ServerMetricsAnswer, cancellationToken);
        return answer.Metrics.OrMissing("GET /servers/{id}/metrics", "metrics");
    }

    /// <summary>Deletes a server at once. Volumes, addresses and firewalls are detached by the action.</summary>
    /// <param name="id">The server's id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The <c>delete_server</c> action, or <see langword="null"/> when the server was gone already.</returns>
    /// <exception cref="HetznerException"><c>protected</c>, <c>locked</c>, or the request failed.</exception>
    public async Task<HetznerAction?> DeleteAsync(long id, CancellationToken cancellationToken = default)
    {
        try
        {
            var context = new RequestContext("DELETE /servers/{id}", RequestPriority.Destroy);
            var answer = await _http.SendAsync(HttpMethod.Delete, $"/servers/{id}", context, null, HetznerJson.Default.ActionAnswer, cancellationToken);
            return answer.Action.OrMissing("DELETE /servers/{id}", "action");
        }
        catch (HetznerException e) when (e.IsNotFound)
        {
            return null;
        }
    }

    private void WarnIfLarge(string? userData)
    {
        var bytes = CreateServerRequest.SizeOf(userData);
        if (bytes > CreateServerRequest.LargeUserDataBytes)
        {
            Log.LargeUserData(_logger, bytes, CreateServerRequest.MaxUserDataBytes);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "User data is {Bytes} bytes; Hetzner refuses more than {Limit}.")]
        public static partial void LargeUserData(ILogger logger, int bytes, int limit);

        [LoggerMessage(2, LogLevel.Warning, "Cutting the power of server {Server}: what it has not written to disk is lost.")]
        public static partial void CuttingPower(ILogger logger, long server);
    }
}
