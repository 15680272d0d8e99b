namespace Slipway.LocalCloud.Hetzner;

internal static class HetznerServices
{
    public static void AddHetzner(this IServiceCollection services) => services
        .AddSingleton<ApiDate>().AddSingleton<Catalog>().AddSingleton<Capacity>().AddSingleton<HetznerProject>().AddSingleton<RateLimit>()
        .AddSingleton<FirewallAssignment>().AddSingleton<ServerLifecycle>().AddSingleton<ServerCreation>();

    public static void MapHetzner(this IEndpointRouteBuilder app)
    {
        var api = app.MapGroup("/v1");
        api.MapServers();
        api.MapServerActions();
        api.MapActions();
        api.MapSshKeys();
        api.MapFirewalls();
        api.MapCatalog();
    }
}
