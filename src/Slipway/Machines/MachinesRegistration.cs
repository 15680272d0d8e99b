using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Slipway.Hetzner;
using Slipway.Machines.Boot;
using Slipway.Machines.Plans;
using Slipway.Machines.Reconcile;
using Slipway.Machines.Shell;
using Slipway.Operations;
using Slipway.Ssh;
using Slipway.Storage;
using Slipway.Tailscale;

namespace Slipway.Machines;

public static class MachinesRegistration
{
    public static IServiceCollection AddMachines(this IServiceCollection services)
    {
        services.AddValidated<MachinesOptions>("Machines");
        services.AddValidated<HetznerSettings>(HetznerSettings.Section);
        services.AddValidated<TailscaleSettings>(TailscaleSettings.Section);
        services.AddSingleton<SshOptions>();
        services.AddSingleton(CreateHetzner);
        services.AddSingleton(CreateTailscale);
        services.AddSingleton(CreateShell);
        services.AddSingleton<Func<Exception, StepOutcome?>>(Failures.Read);

        services.AddSingleton<MachineStore>();
        services.AddSingleton<ControlPlane>();
        services.AddSingleton<ControlPlaneFirewall>();
        services.AddSingleton<MachineDocument>();
        services.AddSingleton<ActionWaits>();
        services.AddSingleton<BootReports>();
        services.AddSingleton<BootProof>();
        services.AddSingleton<EvidenceStore>();

        foreach (var step in MachinePlanTable.StepTypes)
        {
            services.AddSingleton(step);
        }

        services.AddSingleton<Plan>(MachinePlanTable.Provision);
        services.AddSingleton<Plan>(MachinePlanTable.Stop);
        services.AddSingleton<Plan>(MachinePlanTable.Start);
        services.AddSingleton<Plan>(MachinePlanTable.Destroy);
        services.AddSingleton<Plan>(MachinePlanTable.Replace);
        services.AddSingleton<Plan>(MachinePlanTable.Repair);
        return services.AddReconcile();
    }

    private static HetznerClient CreateHetzner(IServiceProvider services)
    {
        var settings = services.GetRequiredService<HetznerSettings>();
        return new HetznerClient(
            new HetznerOptions
            {
                Token = settings.Token,
                BaseUrl = settings.BaseUrl,
                Application = "slipway/0.1",
                RequestTimeout = OperationsOptions.HttpTimeLimit,
                // A machine that boots says so itself, usually before this; only one that does not is asked about.
                FirstPollAfter = TimeSpan.FromSeconds(5),
                PollInterval = TimeSpan.FromSeconds(2.5)
            },
            transport: services.GetService<HttpMessageHandler>(),
            timeProvider: services.GetRequiredService<TimeProvider>(),
            loggerFactory: services.GetRequiredService<ILoggerFactory>(),
            random: services.GetRequiredService<Entropy>().NextDouble);
    }

    private static TailscaleClient CreateTailscale(IServiceProvider services)
    {
        var settings = services.GetRequiredService<TailscaleSettings>();
        return new TailscaleClient(
            // Without a tailnet the client is never called: RegisterMachine refuses every blueprint that wants one.
            settings.Enabled
                ? new TailscaleOptions { ClientId = settings.ClientId, ClientSecret = settings.ClientSecret, BaseUrl = settings.BaseUrl }
                : new TailscaleOptions { ClientId = "none", ClientSecret = "none", BaseUrl = settings.BaseUrl },
            transport: services.GetService<HttpMessageHandler>(),
            timeProvider: services.GetRequiredService<TimeProvider>(),
            loggerFactory: services.GetRequiredService<ILoggerFactory>(),
            random: services.GetRequiredService<Entropy>().NextDouble);
    }

    private static IMachineShell CreateShell(IServiceProvider services) =>
        services.GetRequiredService<HetznerSettings>() is { UseSideChannel: true } settings
            ? new SideChannelShell(services.GetService<HttpMessageHandler>() is { } transport ? new HttpClient(transport) : new HttpClient(), settings)
            : ActivatorUtilities.CreateInstance<SshMachineShell>(services);

    private static void AddValidated<TOptions>(this IServiceCollection services, string section)
        where TOptions : class
    {
        services.AddOptions<TOptions>().BindConfiguration(section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(p => p.GetRequiredService<IOptions<TOptions>>().Value);
    }
}
