namespace Slipway.LocalCloud.Hetzner;

internal static class ServerNetworkEndpoints
{
    public static void MapServerNetworks(this IEndpointRouteBuilder api)
    {
        var actions = api.MapGroup("/servers/{id:long}/actions");
        actions.MapPost("/attach_to_network", async (long id, HttpContext context, HetznerProject project, ServerNetworks networks) =>
        {
            var wanted = await HetznerRequest.ReadAsync(context, HetznerJson.Wire.AttachToNetwork);
            lock (project.Gate)
            {
                return ServerActionEndpoints.Answer(networks.Attach(project.Server(id), Find(project, wanted.Network), wanted), 201);
            }
        });
        actions.MapPost("/detach_from_network", async (long id, HttpContext context, HetznerProject project, ServerNetworks networks) =>
        {
            var wanted = await HetznerRequest.ReadAsync(context, HetznerJson.Wire.AttachToNetwork);
            lock (project.Gate)
            {
                return ServerActionEndpoints.Answer(networks.Detach(project.Server(id), Find(project, wanted.Network)), 201);
            }
        });
        actions.MapPost("/change_alias_ips", async (long id, HttpContext context, HetznerProject project, ServerNetworks networks) =>
        {
            var wanted = await HetznerRequest.ReadAsync(context, HetznerJson.Wire.ChangeAliasIps);
            var aliases = wanted.AliasIps ?? throw HetznerFault.InvalidField("alias_ips", "Missing data for required field.");
            lock (project.Gate)
            {
                return ServerActionEndpoints.Answer(networks.ChangeAliasIps(project.Server(id), Find(project, wanted.Network), aliases), 201);
            }
        });
    }

    private static Network Find(HetznerProject project, long? id) =>
        project.Network(id ?? throw HetznerFault.InvalidField("network", "Missing data for required field."));
}
