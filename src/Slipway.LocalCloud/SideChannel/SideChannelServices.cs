using Slipway.LocalCloud.Http;

namespace Slipway.LocalCloud.SideChannel;

/// <summary>What no real cloud has: looking inside, arranging trouble, starting over.</summary>
internal static class SideChannelServices
{
    public static void AddSideChannel(this IServiceCollection services) => services
        .AddSingleton<RequestCounts>().AddSingleton<Faults>().AddSingleton<Contents>();

    public static void MapSideChannel(this IEndpointRouteBuilder app)
    {
        var local = app.MapGroup("/_local");
        local.MapContents();
        local.MapFaults();
        local.MapLimits();
        local.MapMachines();
        local.MapTailscaleNodes();
        local.MapStripeSideChannel();
    }
}
