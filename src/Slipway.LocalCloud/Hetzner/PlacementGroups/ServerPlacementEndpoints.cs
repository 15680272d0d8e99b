namespace Slipway.LocalCloud.Hetzner;

internal static class ServerPlacementEndpoints
{
    public static void MapServerPlacement(this IEndpointRouteBuilder api)
    {
        var actions = api.MapGroup("/servers/{id:long}/actions");
        actions.MapPost("/add_to_placement_group", AddAsync);
        actions.MapPost("/remove_from_placement_group", (long id, HetznerProject project, ServerLifecycle lifecycle) =>
        {
            lock (project.Gate)
            {
                var server = project.Server(id);
                server.RequireUnlocked();
                var group = server.PlacementGroup
                    ?? throw new HetznerFault(422, "not_in_placement_group", "server is not part of a placement group");
                return ServerActionEndpoints.Answer(
                    lifecycle.BeginChange(
                        server, "remove_from_placement_group", group.Remove, new ActionResource(group.Id, "placement_group")),
                    201);
            }
        });
    }

    private static async Task<IResult> AddAsync(long id, HttpContext context, HetznerProject project, ServerLifecycle lifecycle)
    {
        var wanted = (await HetznerRequest.ReadAsync(context, HetznerJson.Wire.JoinPlacementGroup)).PlacementGroup
            ?? throw HetznerFault.InvalidField("placement_group", "Missing data for required field.");
        lock (project.Gate)
        {
            var server = project.Server(id);
            var group = project.PlacementGroup(wanted);
            server.RequireUnlocked();
            if (server.PlacementGroup is not null)
            {
                throw new HetznerFault(422, "already_in_placement_group", "server is already part of a placement group");
            }

            if (server.Status != ServerStatus.Off)
            {
                throw HetznerFault.NotStopped();
            }

            group.RequireRoom();
            return ServerActionEndpoints.Answer(
                lifecycle.BeginChange(server, "add_to_placement_group", group.Add, new ActionResource(wanted, "placement_group")), 201);
        }
    }
}
