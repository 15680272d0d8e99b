using System.Net;

namespace Slipway.Tailscale;

/// <summary>Devices of the tailnet: <c>/tailnet/{tailnet}/devices</c> and <c>/device/{id}</c>.</summary>
public sealed partial class DevicesClient
{
    private readonly TailscaleHttp _api;
    private readonly TailscaleOptions _options;
    private readonly TimeProvider _time;
    private readonly Func<double> _random;

    internal DevicesClient(TailscaleHttp api, TailscaleOptions options, TimeProvider time, Func<double> random)
    {
        _api = api;
        _options = options;
        _time = time;
        _random = random;
    }

    /// <summary>Lists devices. The API has no pages: without a filter this is the whole tailnet.</summary>
    /// <param name="filter">Which ones; <see langword="null"/> means all.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The devices, in the server's order.</returns>
    /// <exception cref="TailscaleException">Refused, or not answered after all repetitions.</exception>
    public async Task<IReadOnlyList<Device>> ListAsync(DeviceFilter? filter = null, CancellationToken cancellationToken = default)
    {
        var answer = await _api.GetAsync(Route.OfTailnet(_options.Tailnet, $"/devices{filter?.ToQuery()}"), TailscaleJson.Default.DeviceListWire, cancellationToken);
        return [.. (answer.Devices ?? []).Select(d => d.ToDevice()).Where(d => filter?.Matches(d) ?? true)];
    }

    /// <summary>Looks at one device.</summary>
    /// <param name="id">Its node id or its legacy id.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The device, or <see langword="null"/> when there is none.</returns>
    /// <exception cref="TailscaleException">Refused, or not answered after all repetitions.</exception>
    public async Task<Device?> FindAsync(string id, CancellationToken cancellationToken = default) =>
        (await _api.FindAsync(Route.OfDevice(id), TailscaleJson.Default.DeviceWire, cancellationToken))?.ToDevice();

    /// <summary>Finds the device that has a tailnet address.</summary>
    /// <param name="ip">An IPv4 or IPv6 address, however it is written.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The device, or <see langword="null"/> when none has the address.</returns>
    /// <exception cref="ArgumentException">The text is not an address.</exception>
    /// <exception cref="TailscaleException">Refused, or not answered after all repetitions.</exception>
    public async Task<Device?> FindByAddressAsync(string ip, CancellationToken cancellationToken = default)
    {
        if (!IPAddress.TryParse(ip, out _))
        {
            throw new ArgumentException($"'{ip}' is not an IP address.", nameof(ip));
        }

        return (await ListAsync(filter: null, cancellationToken)).FirstOrDefault(d => d.HasAddress(ip));
    }

    /// <summary>Removes a device from the tailnet.</summary>
    /// <param name="id">Its node id or its legacy id.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns><see langword="false"/> when it was already gone.</returns>
    /// <exception cref="TailscaleException">Refused (501: it belongs to another tailnet), or not answered after all repetitions.</exception>
    public Task<bool> DeleteAsync(string id, CancellationToken cancellationToken = default) => _api.DeleteAsync(Route.OfDevice(id), cancellationToken);

    /// <inheritdoc cref="WaitForHostnameAsync(string, string, TimeSpan, DateTimeOffset?, CancellationToken)"/>
    public Task<Device> WaitForHostnameAsync(string hostname, string tag, TimeSpan timeout, CancellationToken cancellationToken = default) =>
        WaitForHostnameAsync(hostname, tag, timeout, createdNotBefore: null, cancellationToken);

    /// <summary>
    /// Waits until a device with this hostname and tag has an address. A hostname is what a device says of itself, so this is for machines that could not
    /// report their node id; use a hostname no earlier machine had, or <paramref name="createdNotBefore"/>.
    /// </summary>
    /// <param name="hostname">The hostname; case does not matter.</param>
    /// <param name="tag">The tag, e.g. <c>tag:agent</c>.</param>
    /// <param name="timeout">How long to wait at most.</param>
    /// <param name="createdNotBefore">Devices that joined earlier, or at an unknown time, do not count.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>The one device.</returns>
    /// <exception cref="TimeoutException">None came; the message names the hostname, the inner exception is the last failure to look, if any.</exception>
    /// <exception cref="TailscaleException">Looking was refused, or several devices claim the hostname.</exception>
    public async Task<Device> WaitForHostnameAsync(
        string hostname, string tag, TimeSpan timeout, DateTimeOffset? createdNotBefore, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(hostname);
        ArgumentException.ThrowIfNullOrWhiteSpace(tag);
        using var deadline = new CancellationTokenSource(timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        var last = (Seen: 0, Failure: (TailscaleException?)null);
        try
        {
            while (true)
            {
                last = (last.Seen, null);
                try
                {
                    var found = (await ListAsync(new DeviceFilter { Hostname = hostname, Tag = tag }, either.Token))
                        .Where(d => createdNotBefore is null || d.Created >= createdNotBefore).ToList();
                    last = (found.Count, null);
                    if (Single(found.Where(d => d.Addresses.Count > 0).ToList(), hostname, tag) is { } device)
                    {
                        return device;
                    }
                }
                catch (TailscaleException e) when (e.Status is null or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError)
                {
                    last = (last.Seen, e);
                }

                await Task.Delay(_options.PollInterval * (1 + (_random() / 4)), _time, either.Token);
            }
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            var what = last.Seen > 0 ? "joined, but got no address" : "joined";
            throw new TimeoutException(
                $"{(last.Seen > 0 ? "The" : "No")} device with hostname '{hostname}' and tag '{tag}' {what} within {timeout.TotalSeconds:0} s. "
                + "Check the machine's boot log for 'tailscale up', and that the auth key had not expired.",
                last.Failure);
        }
    }

    private Device? Single(List<Device> devices, string hostname, string tag) => devices.Count <= 1
        ? devices.FirstOrDefault()
        : throw new TailscaleException(
            $"{devices.Count} devices with tag '{tag}' call themselves '{hostname}' ({string.Join(", ", devices.Select(d => d.NodeId))}). Delete the stale ones.",
            HttpStatusCode.OK,
            $"GET /api/v2/{Route.OfTailnet(_options.Tailnet, "/devices").Path}");
}
