using Slipway.Hetzner.Http;

namespace Slipway.Hetzner;

public sealed partial class ServersClient
{
    /// <summary>Presses the power button (ACPI). The action only says that it was pressed; the machine may ignore it.</summary>
    /// <param name="id">The server's id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">The request failed.</exception>
    public Task<HetznerAction> ShutdownAsync(long id, CancellationToken cancellationToken = default) =>
        _routes.ActAsync(id, "shutdown", cancellationToken, RequestPriority.Destroy);

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
    public Task<HetznerAction> PowerOnAsync(long id, CancellationToken cancellationToken = default) =>
        _routes.ActAsync(id, "poweron", cancellationToken);

    /// <summary>Cuts a server's power. Data it has not written is lost, which is logged as a warning.</summary>
    /// <param name="id">The server's id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">The request failed.</exception>
    public Task<HetznerAction> PowerOffAsync(long id, CancellationToken cancellationToken = default)
    {
        Log.CuttingPower(_logger, id);
        return _routes.ActAsync(id, "poweroff", cancellationToken, RequestPriority.Destroy);
    }

    /// <summary>Asks a server to reboot (ACPI).</summary>
    /// <param name="id">The server's id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">The request failed.</exception>
    public Task<HetznerAction> RebootAsync(long id, CancellationToken cancellationToken = default) =>
        _routes.ActAsync(id, "reboot", cancellationToken);

    /// <summary>Cuts a server's power and switches it on again.</summary>
    /// <param name="id">The server's id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">The request failed.</exception>
    public Task<HetznerAction> ResetAsync(long id, CancellationToken cancellationToken = default) =>
        _routes.ActAsync(id, "reset", cancellationToken);

    /// <summary>Writes an image over a server's disk. Everything on it is lost; addresses stay.</summary>
    /// <param name="id">The server's id.</param>
    /// <param name="image">Id or name of the image.</param>
    /// <param name="userData">New user data; the old one is used again when <see langword="null"/>. Same limit as on creation.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentException">The user data is too large. Nothing was sent.</exception>
    /// <exception cref="HetznerException">The request failed.</exception>
    public async Task<RootPasswordResult> RebuildAsync(long id, string image, string? userData = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(image);
        CreateServerRequest.CheckUserData(userData);
        WarnIfLarge(userData);
        var body = HetznerHttp.Json(new RebuildBody(image, userData), HetznerJson.Default.RebuildBody);
        var answer = await _http.PostAsync(
            $"{One}/actions/rebuild", $"/servers/{id}/actions/rebuild", body, HetznerJson.Default.RebuildAnswer, cancellationToken, secret: userData);
        return answer.ToResult("rebuild");
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
        return _routes.ActWithAsync(id, "change_type", new ChangeTypeBody(serverType, upgradeDisk), HetznerJson.Default.ChangeTypeBody, cancellationToken);
    }

    /// <summary>Makes the server boot into the rescue system next time, once and within 60 minutes; reset it to get there.</summary>
    /// <param name="id">The server's id.</param>
    /// <param name="sshKeys">Ids of the SSH keys that may log in as root there.</param>
    /// <param name="type">Today there is <c>linux64</c>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">The request failed.</exception>
    public async Task<RootPasswordResult> EnableRescueAsync(
        long id, IReadOnlyList<long>? sshKeys = null, string type = "linux64", CancellationToken cancellationToken = default)
    {
        var body = HetznerHttp.Json(new EnableRescueBody(type, sshKeys), HetznerJson.Default.EnableRescueBody);
        var answer = await _routes.AnswerAsync(id, "enable_rescue", body, HetznerJson.Default.RebuildAnswer, cancellationToken);
        return answer.ToResult("enable_rescue");
    }

    /// <summary>Makes the server boot from its own disk again.</summary>
    /// <param name="id">The server's id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">The request failed.</exception>
    public Task<HetznerAction> DisableRescueAsync(long id, CancellationToken cancellationToken = default) =>
        _routes.ActAsync(id, "disable_rescue", cancellationToken);

    /// <summary>Gives root a new password; the machine must run the QEMU guest agent.</summary>
    /// <param name="id">The server's id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">The request failed.</exception>
    public async Task<RootPasswordResult> ResetPasswordAsync(long id, CancellationToken cancellationToken = default) =>
        (await _routes.AnswerAsync(id, "reset_password", null, HetznerJson.Default.RebuildAnswer, cancellationToken)).ToResult("reset_password");

    /// <summary>Opens the machine's screen and keyboard (VNC over a web socket) for one minute.</summary>
    /// <param name="id">The server's id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">The request failed.</exception>
    public async Task<ConsoleResult> RequestConsoleAsync(long id, CancellationToken cancellationToken = default)
    {
        const string Endpoint = "POST /servers/{id}/actions/request_console";
        var answer = await _routes.AnswerAsync(id, "request_console", null, HetznerJson.Default.ConsoleAnswer, cancellationToken);
        return new ConsoleResult(answer.Action.OrMissing(Endpoint, "action"))
        {
            Url = answer.WssUrl.OrMissing(Endpoint, "wss_url"),
            Password = answer.Password.OrMissing(Endpoint, "password"),
        };
    }
}
