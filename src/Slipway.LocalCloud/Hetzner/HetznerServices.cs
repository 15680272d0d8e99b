namespace Slipway.LocalCloud.Hetzner;

internal static class HetznerServices
{
    public static void AddHetzner(this IServiceCollection services) => services
        .AddSingleton<ApiDate>().AddSingleton<Catalog>().AddSingleton<Capacity>().AddSingleton<HetznerProject>().AddSingleton<RateLimit>()
        .AddSingleton<FirewallAssignment>().AddSingleton<ServerLifecycle>().AddSingleton<ServerCreation>()
        .AddSingleton<PrimaryIpPool>().AddSingleton<VolumeStore>().AddSingleton<ServerNetworks>().AddSingleton<ServerDevices>()
        .AddSingleton<FirewallEnforcement>().AddSingleton<BackgroundActions>()
        .AddSingleton<ProjectLimits>().AddSingleton<ImageStore>();

    public static void MapHetzner(this IEndpointRouteBuilder app)
    {
        var api = app.MapGroup("/v1");
        api.MapServers();
        api.MapServerActions();
        api.MapActions();
        api.MapActionsOf("servers", "server", (project, id) => project.Server(id));
        api.MapActionsOf("firewalls", "firewall", (project, id) => project.Firewall(id));
        api.MapSshKeys();
        api.MapFirewalls();
        api.MapCatalog();
        api.MapServerRescue();
        api.MapServerBackups();
        api.MapServerAccess();
        api.MapServerMetrics();
        api.MapImages();
        api.MapActionsOf("images", "image", (_, _) => { });
        api.MapPlacementGroups();
        api.MapServerPlacement();
        api.MapIsos();
        api.MapDatacenters();
        api.MapPrimaryIps();
        api.MapVolumes();
        api.MapNetworks();
        api.MapServerNetworks();
        api.MapFloatingIps();
        api.MapLoadBalancers();
        api.MapCertificates();
        api.MapUnmodelled();
    }
}
