namespace Slipway.LocalCloud.Hetzner;

internal static class ServerActionEndpoints
{
    public static void MapServerActions(this IEndpointRouteBuilder api)
    {
        var actions = api.MapGroup("/servers/{id:long}/actions");
        actions.MapPost("/poweron", (long id, HetznerProject project, ServerLifecycle lifecycle) =>
            Begin(project, lifecycle, id, "start_server", lifecycle.StartAsync));
        actions.MapPost("/poweroff", (long id, HetznerProject project, ServerLifecycle lifecycle) =>
            Begin(project, lifecycle, id, "stop_server", lifecycle.PowerOffAsync));
        actions.MapPost("/shutdown", (long id, HetznerProject project, ServerLifecycle lifecycle) =>
            Begin(project, lifecycle, id, "shutdown_server", lifecycle.ShutdownAsync));
        actions.MapPost("/reboot", (long id, HetznerProject project, ServerLifecycle lifecycle) =>
            Begin(project, lifecycle, id, "reboot_server", lifecycle.RebootAsync));
        actions.MapPost("/reset", (long id, HetznerProject project, ServerLifecycle lifecycle) =>
            Begin(project, lifecycle, id, "reset_server", lifecycle.ResetAsync));
        actions.MapPost("/rebuild", RebuildAsync);
        actions.MapPost("/change_type", ChangeTypeAsync);
        actions.MapPost("/change_protection", ChangeProtectionAsync);
    }

    public static IResult Answer(HetznerAction action, int status) =>
        TypedResults.Json(new ActionAnswer(action), HetznerJson.Wire.ActionAnswer, statusCode: status);

    private static IResult Begin(
        HetznerProject project, ServerLifecycle lifecycle, long id, string command, Func<Server, CancellationToken, Task> work)
    {
        lock (project.Gate)
        {
            return Answer(lifecycle.Begin(project.Server(id), command, work), 201);
        }
    }

    private static async Task<IResult> RebuildAsync(
        long id, HttpContext context, HetznerProject project, ImageStore images, ServerLifecycle lifecycle, ApiDate date)
    {
        var request = await HetznerRequest.ReadAsync(context, HetznerJson.Wire.RebuildServer);
        if (request.UserData is not null && date.RebuildRefusesUserData)
        {
            throw HetznerFault.InvalidField("user_data", "Unknown field.");
        }

        ServerCreation.CheckUserData(request.UserData);
        lock (project.Gate)
        {
            var server = project.Server(id);
            if (server.ProtectedFromRebuild)
            {
                throw HetznerFault.Protected("server is rebuild protected");
            }

            var image = images.Choose(request.Image, server.Type, server.DiskSize);
            var action = lifecycle.Begin(server, "rebuild_server", lifecycle.RebuildAsync);
            server.Image = image;
            server.UserData = request.UserData ?? server.UserData;
            var password = server.AuthorizedKeys.Count > 0 ? null : ServerCreation.NewPassword();
            return TypedResults.Json(new RebuildAnswer(action, password), HetznerJson.Wire.RebuildAnswer, statusCode: 201);
        }
    }

    private static async Task<IResult> ChangeTypeAsync(
        long id, HttpContext context, HetznerProject project, ServerCreation creation, ServerLifecycle lifecycle, Capacity capacity)
    {
        var request = await HetznerRequest.ReadAsync(context, HetznerJson.Wire.ChangeType);
        if (request.UpgradeDisk is null)
        {
            throw HetznerFault.InvalidField("upgrade_disk", "Missing data for required field.");
        }

        var type = creation.FindType(request.ServerType);
        lock (project.Gate)
        {
            var server = project.Server(id);
            server.RequireUnlocked();
            if (server.Status != ServerStatus.Off)
            {
                throw HetznerFault.NotStopped();
            }

            if (type.Architecture != server.Type.Architecture || type.Disk < server.DiskSize || capacity.IsGone(type))
            {
                throw new HetznerFault(
                    422, "invalid_server_type", "server type is deprecated, or has a smaller disk or another architecture than the server");
            }

            capacity.Place(type, new IdOrName(server.Location.Name));
            return Answer(lifecycle.BeginChange(server, "change_server_type", changed =>
            {
                changed.Type = type;
                changed.DiskSize = request.UpgradeDisk.Value ? type.Disk : changed.DiskSize;
            }), 201);
        }
    }

    private static async Task<IResult> ChangeProtectionAsync(long id, HttpContext context, HetznerProject project)
    {
        var request = await HetznerRequest.ReadAsync(context, HetznerJson.Wire.ChangeProtection);
        lock (project.Gate)
        {
            var server = project.Server(id);
            server.RequireUnlocked();
            var (delete, rebuild) = (request.Delete ?? server.ProtectedFromDelete, request.Rebuild ?? server.ProtectedFromRebuild);
            if (delete != rebuild)
            {
                throw HetznerFault.InvalidInput("delete and rebuild protection must be the same");
            }

            (server.ProtectedFromDelete, server.ProtectedFromRebuild) = (delete, rebuild);
            return Answer(project.DoneAction("change_protection", new ActionResource(id, "server")), 201);
        }
    }
}
