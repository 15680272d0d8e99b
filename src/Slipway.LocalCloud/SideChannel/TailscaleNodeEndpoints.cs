using Slipway.LocalCloud.Hetzner;
using Slipway.LocalCloud.Tailscale;

namespace Slipway.LocalCloud.SideChannel;

/// <summary>The control server's side of <c>tailscale up</c> and <c>tailscale status</c>, for machines with a stand-in client.</summary>
internal static class TailscaleNodeEndpoints
{
    public static void MapTailscaleNodes(this IEndpointRouteBuilder local)
    {
        local.MapPost("/tailscale/register", async (HttpContext context, Tailnet tailnet, HetznerProject project) =>
        {
            var wanted = await TailscaleEndpoints.ReadAsync(context, TailscaleJson.Wire.RegisterNode);
            var server = wanted.ServerId ?? CallersServer(context, project);
            var device = tailnet.Enrol(wanted.AuthKey ?? "", wanted.Hostname ?? "", wanted.Tags ?? [], server);
            return TypedResults.Json(device.Node(), TailscaleJson.Wire.RegisteredNode);
        });
        local.MapPost("/tailscale/share", async (HttpContext context, Tailnet tailnet) =>
        {
            var wanted = await TailscaleEndpoints.ReadAsync(context, TailscaleJson.Wire.ShareDevice);
            return TypedResults.Json(
                tailnet.Share(wanted.Hostname ?? throw new SideChannelFault(400, "hostname is missing")).Node(), TailscaleJson.Wire.RegisteredNode);
        });
        local.MapGet("/tailscale/nodes/{id}", (string id, Tailnet tailnet) =>
            tailnet.Find(id, d => d.Node()) is { } node
                ? TypedResults.Json(node, TailscaleJson.Wire.RegisteredNode)
                : new TailscaleFault(404, "no such node").ToResult());
    }

    private static long? CallersServer(HttpContext context, HetznerProject project)
    {
        var address = context.Connection.RemoteIpAddress?.MapToIPv4().ToString();
        lock (project.Gate)
        {
            return project.Servers.Values.FirstOrDefault(s => s.Ipv4 == address)?.Id;
        }
    }
}
