using Slipway.LocalCloud.Hetzner;

namespace Slipway.LocalCloud.SideChannel;

internal sealed record SetLimits(int? Servers, int? PrimaryIps);

internal static class LimitEndpoints
{
    public static void MapLimits(this IEndpointRouteBuilder local) =>
        local.MapPost("/limits", async (HttpContext context, ProjectLimits limits) =>
        {
            var wanted = await SideChannelFault.ReadAsync(context, SideChannelJson.Wire.SetLimits);
            (limits.Servers, limits.PrimaryIps) = (wanted.Servers, wanted.PrimaryIps);
            return TypedResults.NoContent();
        });
}
