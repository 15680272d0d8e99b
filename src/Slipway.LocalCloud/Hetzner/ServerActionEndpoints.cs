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
        long id, HttpContext context, HetznerProject project, ServerCreation creation, ServerLifecycle lifecycle)
    {
        var request = await HetznerRequest.ReadAsync(context, HetznerJson.Wire.RebuildServer);
        ServerCreation.CheckUserData(request.UserData);
        lock (project.Gate)
        {
            var server = project.Server(id);
            if (server.ProtectedFromRebuild)
            {
                throw HetznerFault.Protected("server is rebuild protected");
            }

            var image = creation.FindImage(request.Image, server.Type);
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
            if (server.Status != ServerStatus.Off)
            {
                throw HetznerFault.NotStopped();
            }

            if (type.Architecture != server.Type.Architecture || type.Disk < server.Type.Disk)
            {
                throw HetznerFault.InvalidInput("server type cannot be changed to one with a smaller disk or another architecture");
            }

            capacity.Place(type, new IdOrName(server.Location.Name));
            return Answer(lifecycle.Begin(server, "change_server_type", (changed, _) => Change(project, changed, type)), 201);
        }
    }

    private static Task Change(HetznerProject project, Server server, ServerType type)
    {
        lock (project.Gate)
        {
            server.Type = type;
        }

        return Task.CompletedTask;
    }

    private static async Task<IResult> ChangeProtectionAsync(long id, HttpContext context, HetznerProject project)
    {
        var request = await HetznerRequest.ReadAsync(context, HetznerJson.Wire.ChangeProtection);
        lock (project.Gate)
        {
            var server = project.Server(id);
            var (delete, rebuild) = (request.Delete ?? server.ProtectedFromDelete, request.Rebuild ?? server.ProtectedFromRebuild);
            if (delete != rebuild)
            {
                throw HetznerFault.InvalidInput("delete and rebuild protection must be the same");
            }

            (server.ProtectedFromDelete, server.ProtectedFromRebuild) = (delete, rebuild);
            var action = project.BeginAction("change_protection", new ActionResource(id, "server"));
            return Answer(project.FinishAction(action.Id), 201);
        }
    }
}
