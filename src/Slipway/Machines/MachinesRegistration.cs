using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Slipway.Blueprints;
using Slipway.Hetzner;
using Slipway.Machines.Authorities;
using Slipway.Machines.Boot;
using Slipway.Machines.Plans;
using Slipway.Machines.Reconcile;
using Slipway.Machines.Sharing;
using Slipway.Machines.Shell;
using Slipway.Machines.Snapshots;
using Slipway.Machines.Steps;
using Slipway.Machines.Workflows;
using Slipway.Operations;
using Slipway.Operations.Nodes;
using Slipway.Ssh;
using Slipway.Storage;
using Slipway.Tailscale;

namespace Slipway.Machines;

public static class MachinesRegistration
{
    /// <param name="services">Where to.</param>
    /// <param name="storage">PostgreSQL is shared by nodes, of which one asks about actions for all.</param>
    public static IServiceCollection AddMachines(this IServiceCollection services, StorageOptions storage)
    {
        if (storage.IsPostgres)
        {
            services.AddHostedService<ActionPolling>();
        }

        services.AddValidated<MachinesOptions>("Machines");
        services.AddOptions<MachinesOptions>().Validate<IConfiguration>(
            // Not the settings themselves: if they are invalid, that and this are told together.
            (machines, configuration) => machines.Executor != Executors.GitHubActions || configuration.GetSection(GitHubSettings.Section).Get<GitHubSettings>() is { IsConfigured: true },
            "Machines:Executor is github-actions, but GitHub:Repository, GitHub:Token or GITHUB_CALLBACK_SECRET is empty: set all three.");
        services.AddValidated<GitHubSettings>(GitHubSettings.Section);
        services.AddValidated<HetznerSettings>(HetznerSettings.Section);
        services.AddValidated<TailscaleSettings>(TailscaleSettings.Section);
        services.AddSingleton<SshOptions>();
        services.AddSingleton(CreateHetzner);
        services.AddSingleton(CreateTailscale);
        services.AddSingleton(CreateShell);
        services.AddSingleton<Func<Exception, StepOutcome?>>(Failures.Read);

        services.AddSingleton<MachineStore>();
        services.AddSingleton<ControlPlane>();
        services.AddSingleton<SshAuthorityStore>();
        services.AddSingleton<SshAuthorities>();
        services.AddSingleton<AuthorityRollout>();
        services.AddHostedService(p => p.GetRequiredService<AuthorityRollout>());
        services.AddSingleton<ControlPlaneFirewall>();
        services.AddSingleton<MachineDocument>();
        services.AddSingleton<GoneServers>();
        services.AddSingleton<SharedActionWaits>();
        services.AddSingleton<ActionWaits>(p => p.IsShared() ? p.GetRequiredService<SharedActionWaits>() : ActivatorUtilities.CreateInstance<OwnActionWaits>(p));
        services.AddSingleton<BootReports>();
        services.AddSingleton<BootProof>();
        services.AddSingleton<EvidenceStore>();
        services.AddSingleton<SnapshotStore>();
        services.AddSingleton<SnapshotImages>();
        services.AddSingleton<RebuildActions>();
        services.AddSingleton(p => new GitHubClient(p.GetRequiredService<GitHubSettings>(), Transport(p), p.GetRequiredService<TimeProvider>()));
        services.AddSingleton(p => new RunIdentity(
            p.GetRequiredService<GitHubSettings>(),
            p.GetRequiredService<MachinesOptions>(),
            new HttpMessageInvoker(p.GetService<HttpMessageHandler>() ?? new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }, disposeHandler: p.GetService<HttpMessageHandler>() is null),
            p.GetRequiredService<TimeProvider>(),
            p.GetRequiredService<ILogger<RunIdentity>>()));
        services.AddSingleton<WorkflowJobStore>();
        services.AddSingleton<ServerByWorkflow>();
        services.AddSingleton<RunnerReports>();
        services.AddSingleton<SecretPlacing>();
        services.AddSingleton<VersionPlacing>();
        services.AddSingleton<MachineLog>();
        services.AddSingleton<MachineAccess>();

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
        services.AddSingleton<Plan>(MachinePlanTable.ChangeSecrets);
        services.AddSingleton<Plan>(MachineChangePlans.Snapshot);
        services.AddSingleton<Plan>(MachineChangePlans.DeleteSnapshot);
        services.AddSingleton<Plan>(MachineChangePlans.Resize);
        services.AddSingleton<Plan>(MachineChangePlans.Rebuild);
        services.AddSingleton<Plan>(MachinePlanTable.Update);
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
                PollInterval = TimeSpan.FromSeconds(2.5),
                SharedBudget = services.IsShared() ? ActivatorUtilities.CreateInstance<DatabaseBudget>(services) : null,
            },
            transport: Transport(services),
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
            transport: Transport(services),
            timeProvider: services.GetRequiredService<TimeProvider>(),
            loggerFactory: services.GetRequiredService<ILoggerFactory>(),
            random: services.GetRequiredService<Entropy>().NextDouble);
    }

    /// <summary>Sockets as each client would open them itself, or a test's script; among nodes, closed to a process that others may take for dead.</summary>
    private static HttpMessageHandler? Transport(IServiceProvider services) =>
        !services.IsShared() ? services.GetService<HttpMessageHandler>()
        : new MembersOnlyHandler(services.GetRequiredService<Membership>())
        {
            InnerHandler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) },
        };

    /// <summary>Whether other nodes send with the same token; a test that scripts the wire is alone.</summary>
    private static bool IsShared(this IServiceProvider services) =>
        !services.GetRequiredService<Database>().IsSingleNode && services.GetService<HttpMessageHandler>() is null;

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
