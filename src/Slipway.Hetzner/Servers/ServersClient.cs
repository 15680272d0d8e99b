using Microsoft.Extensions.Logging;
using Slipway.Hetzner.Http;

namespace Slipway.Hetzner;

/// <summary>Orders, reads, switches and deletes servers.</summary>
public sealed partial class ServersClient
{
    private const string One = "/servers/{id}";

    private readonly HetznerHttp _http;
    private readonly ServerShutdown _shutdown;
    private readonly ILogger _logger;

    internal ServersClient(HetznerHttp http, ActionsClient actions, TimeProvider timeProvider, ILogger logger)
    {
        _http = http;
        _logger = logger;
        _shutdown = new ServerShutdown(this, actions, timeProvider, logger);
    }

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

    /// <summary>Presses the power button (ACPI). The action only says that it was pressed; the machine may ignore it.</summary>
    /// <param name="id">The server's id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">The request failed.</exception>
    public Task<HetznerAction> ShutdownAsync(long id, CancellationToken cancellationToken = default) =>
        ActAsync(id, "shutdown", cancellationToken, RequestPriority.Destroy);

    /// <summary>Shuts a server down; if it is not off in time, cuts its power and logs a warning.</summary>
    /// <param name="id">The server's id.</param>
    /// <param name="patience">How long the machine may take; 60 seconds when <see langword="null"/>.</param>
    /// <param name="cancellationToken">Gives up; the machine may go off nevertheless.</param>
    /// <returns>How it ended.</returns>
    /// <exception cref="HetznerException">A request failed for good.</exception>
    /// <exception cref="HetznerActionException">Even cutting the power failed.</exception>
    public Task<ShutdownOutcome> ShutdownOrPowerOffAsync(long id, TimeSpan? patience = null, CancellationToken cancellationToken = default) =>
        _shutdown.RunAsync(id, patience ?? TimeSpan.FromSeconds(60), cancellationToken);

    /// <summary>Switches a server on.</summary>
    /// <param name="id">The server's id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">The request failed.</exception>
    public Task<HetznerAction> PowerOnAsync(long id, CancellationToken cancellationToken = default) => ActAsync(id, "poweron", cancellationToken);

    /// <summary>Cuts a server's power. Data it has not written is lost, which is logged as a warning.</summary>
    /// <param name="id">The server's id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">The request failed.</exception>
    public Task<HetznerAction> PowerOffAsync(long id, CancellationToken cancellationToken = default)
    {
        Log.CuttingPower(_logger, id);
        return ActAsync(id, "poweroff", cancellationToken, RequestPriority.Destroy);
    }

    /// <summary>Asks a server to reboot (ACPI).</summary>
    /// <param name="id">The server's id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">The request failed.</exception>
    public Task<HetznerAction> RebootAsync(long id, CancellationToken cancellationToken = default) => ActAsync(id, "reboot", cancellationToken);

    /// <summary>Cuts a server's power and switches it on again.</summary>
    /// <param name="id">The server's id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">The request failed.</exception>
    public Task<HetznerAction> ResetAsync(long id, CancellationToken cancellationToken = default) => ActAsync(id, "reset", cancellationToken);

    /// <summary>Writes an image over a server's disk. Everything on it is lost; addresses stay.</summary>
    /// <param name="id">The server's id.</param>
    /// <param name="image">Id or name of the image.</param>
    /// <param name="userData">New user data; the old one is used again when <see langword="null"/>. Same limit as on creation.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentException">The user data is too large. Nothing was sent.</exception>
    /// <exception cref="HetznerException">The request failed.</exception>
    public async Task<RebuildResult> RebuildAsync(long id, string image, string? userData = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(image);
        CreateServerRequest.CheckUserData(userData);
        WarnIfLarge(userData);
        var body = HetznerHttp.Json(new RebuildBody(image, userData), HetznerJson.Default.RebuildBody);
        var answer = await _http.PostAsync(
            $"{One}/actions/rebuild", $"/servers/{id}/actions/rebuild", body, HetznerJson.Default.RebuildAnswer, cancellationToken, secret: userData);
        return new RebuildResult(answer.Action.OrMissing("POST /servers/{id}/actions/rebuild", "action")) { RootPassword = answer.RootPassword };
    }

    /// <summary>Changes cores and memory; the server must be off (<c>server_not_stopped</c>).</summary>
    /// <param name="id">The server's id.</param>
    /// <param name="serverType">Id or name of the new type.</param>
    /// <param name="upgradeDisk">Whether the disk grows too; then there is no way back to a smaller type.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">The request failed.</exception>
    public Task<HetznerAction> ChangeTypeAsync(long id, string serverType, bool upgradeDisk, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(serverType);
        var body = HetznerHttp.Json(new ChangeTypeBody(serverType, upgradeDisk), HetznerJson.Default.ChangeTypeBody);
        return ActAsync(id, "change_type", cancellationToken, body: body);
    }

    /// <summary>Lists a server's actions, also while one holds it.</summary>
    /// <param name="id">The server's id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">A request failed.</exception>
    public IAsyncEnumerable<HetznerAction> ListActionsAsync(long id, CancellationToken cancellationToken = default) =>
        _http.ListAsync<ActionList, HetznerAction>(
            $"/servers/{id}/actions", null, HetznerJson.Default.ActionList, cancellationToken, $"{One}/actions");

    private async Task<HetznerAction> ActAsync(
        long id, string action, CancellationToken cancellationToken, RequestPriority priority = RequestPriority.Create, HttpContent? body = null)
    {
        var template = $"{One}/actions/{action}";
        var answer = await _http.PostAsync(
            template, $"/servers/{id}/actions/{action}", body, HetznerJson.Default.ActionAnswer, cancellationToken, priority);
        return answer.Action.OrMissing($"POST {template}", "action");
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
