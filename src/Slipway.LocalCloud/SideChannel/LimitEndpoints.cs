using Slipway.LocalCloud.Hetzner;

namespace Slipway.LocalCloud.SideChannel;

internal sealed record SetLimits(int? Servers);

internal static class LimitEndpoints
{
    public static void MapLimits(this IEndpointRouteBuilder local) =>
        local.MapPost("/limits", async (HttpContext context, ProjectLimits limits) =>
        {
            limits.Servers = (await SideChannelFault.ReadAsync(context, SideChannelJson.Wire.SetLimits)).Servers;
            return TypedResults.NoContent();
        });
}
