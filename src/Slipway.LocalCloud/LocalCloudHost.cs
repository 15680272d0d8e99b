using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Slipway.LocalCloud.Clock;
using Slipway.LocalCloud.FaultInjection;
using Slipway.LocalCloud.GitHub;
using Slipway.LocalCloud.Hetzner;
using Slipway.LocalCloud.Http;
using Slipway.LocalCloud.Machines;
using Slipway.LocalCloud.Machines.Nspawn;
using Slipway.LocalCloud.Machines.Simulated;
using Slipway.LocalCloud.SideChannel;
using Slipway.LocalCloud.State;
using Slipway.LocalCloud.Stripe;
using Slipway.LocalCloud.Tailscale;

namespace Slipway.LocalCloud;

/// <summary>A running LocalCloud: in a process of its own, or inside a test.</summary>
public sealed class LocalCloudHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly StateStore? _state;

    private LocalCloudHost(WebApplication app, StateStore? state, Uri baseUrl)
    {
        (_app, _state) = (app, state);
        BaseUrl = baseUrl;
    }

    /// <summary>Where it answers, with a trailing slash: Hetzner under <c>v1</c>, Tailscale under <c>api/v2</c>, Stripe under <c>stripe</c>, GitHub under <c>github</c>.</summary>
    public Uri BaseUrl { get; }

    /// <summary>Starts a cloud with nothing in it, or with all that <see cref="LocalCloudOptions.State"/> has kept; returns when it answers.</summary>
    /// <param name="options">What to be; every default works.</param>
    /// <param name="time">The clock of everything modelled, moved by the caller; one of LocalCloud's own, as the options say, when null.</param>
    /// <param name="driver">What runs the machines, owned by the host from now on; made from the options when null.</param>
    /// <exception cref="LocalCloudOptionsException">The options name a driver or location that does not exist, or a state that cannot be used.</exception>
    public static Task<LocalCloudHost> StartAsync(LocalCloudOptions options, TimeProvider? time = null, IMachineDriver? driver = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        return StartAsync(options, time, driver, adjust: null);
    }

    /// <param name="options">As above.</param>
    /// <param name="time">As above.</param>
    /// <param name="driver">As above.</param>
    /// <param name="adjust">What a simulation swaps at the edge of the process: the transport, and who runs background work.</param>
    internal static async Task<LocalCloudHost> StartAsync(
        LocalCloudOptions options, TimeProvider? time, IMachineDriver? driver, Action<WebApplicationBuilder>? adjust)
    {
        var directory = OpenState(options, driver);
        try
        {
            return await StartAsync(options, time ?? ClockOf(options, directory), driver, directory, adjust);
        }
        catch
        {
            directory?.Dispose();
            throw;
        }
    }

    private static async Task<LocalCloudHost> StartAsync(
        LocalCloudOptions options, TimeProvider time, IMachineDriver? driver, StateDirectory? directory, Action<WebApplicationBuilder>? adjust)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(options.Urls);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = RefusedBodies.MaxBytes;
        });
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(time);
        builder.Services.AddState();
        builder.Services.AddHetzner();
        builder.Services.AddTailscale();
        builder.Services.AddStripe();
        builder.Services.AddGitHub();
        builder.Services.AddSideChannel();
        builder.Services.AddSingleton<SimulatedReports>().AddSingleton<SimulatedBoot>();
        builder.Services.AddSingleton(services => driver ?? MachineDrivers.Create(options, services, directory));

        adjust?.Invoke(builder);
        var app = builder.Build();
        StateStore? state = null;
        try
        {
            // First what may refuse the options: nothing is made on the computer for a mistyped one.
            app.Services.GetRequiredService<Catalog>();
            var machines = app.Services.GetRequiredService<IMachineDriver>();
            await machines.InitializeAsync(CancellationToken.None);
            if (machines is NspawnDriver real)
            {
                // Tailnet addresses of real machines must be in the range that is routed to their bridge.
                options.TailscaleOctet = real.SubnetOctet;
            }

            app.Services.GetRequiredService<ServerLifecycle>();
            if (directory is not null)
            {
                state = await RestoreAsync(app, directory);
                app.UseMiddleware<StateMiddleware>(state);
            }

            app.UseMiddleware<RequestCounting>();
            app.UseMiddleware<RefusedBodies>();
            app.UseMiddleware<FaultMiddleware>();
            app.UseMiddleware<ApiFaultHandling>();
            app.UseMiddleware<Idempotency>();
            app.UseMiddleware<HetznerGate>();
            app.UseMiddleware<HetznerFaultMiddleware>();
            app.MapHetzner();
            app.MapTailscale();
            app.MapStripe();
            app.MapGitHub();
            app.MapSideChannel();
            await app.StartAsync();
        }
        catch
        {
            await (state?.DisposeAsync() ?? ValueTask.CompletedTask);
            await app.DisposeAsync();
            throw;
        }

        return new LocalCloudHost(app, state, FirstAddress(app));
    }

    /// <summary>Returns when the process was asked to end.</summary>
    public Task WaitForShutdownAsync() => _app.WaitForShutdownAsync();

    /// <summary>Stops answering and takes every machine away; with a state, keeps everything and shuts real machines down.</summary>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        // The last word is said before the machines go: they had power, and will have it again.
        await (_state?.DisposeAsync() ?? ValueTask.CompletedTask);
        await _app.DisposeAsync();
    }

    private static StateDirectory? OpenState(LocalCloudOptions options, IMachineDriver? driver)
    {
        if (options.State.Length > 0 && options.StateDirectory.Length > 0)
        {
            throw new LocalCloudOptionsException("--state keeps the machines' disks too; leave --state-directory out.");
        }

        return options.State.Length > 0 ? StateDirectory.Open(options.State, driver?.Name ?? options.Machines) : null;
    }

    private static CloudClock ClockOf(LocalCloudOptions options, StateDirectory? directory)
    {
        var setting = ClockSetting.Parse(options.Clock) ?? ClockSetting.Real;
        return new CloudClock(directory?.Found?.Clock?.Continue(setting, directory.LastAlive, TimeProvider.System.GetUtcNow()) ?? setting);
    }

    private static async Task<StateStore> RestoreAsync(WebApplication app, StateDirectory directory)
    {
        var keeper = app.Services.GetRequiredService<CloudKeeper>();
        if (directory.Found is { } found)
        {
            await keeper.RestoreAsync(found, CancellationToken.None);
        }

        var store = new StateStore(
            directory, app.Services.GetRequiredService<StateChanges>(), keeper.Keep, TimeProvider.System, app.Services.GetRequiredService<ILogger<StateStore>>());
        if (directory.Found is { } kept)
        {
            keeper.Resume(kept);
        }

        return store;
    }

    private static Uri FirstAddress(WebApplication app)
    {
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        // "Any address" is where to listen, not where to connect.
        var first = addresses.First().Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal)
            .Replace("[::]", "127.0.0.1", StringComparison.Ordinal);
        return new Uri(first.TrimEnd('/') + "/");
    }
}
