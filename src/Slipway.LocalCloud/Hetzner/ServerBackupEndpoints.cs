namespace Slipway.LocalCloud.Hetzner;

internal static class ServerBackupEndpoints
{
    private static readonly string[] Windows = ["22-02", "02-06", "06-10", "10-14", "14-18", "18-22"];

    public static void MapServerBackups(this IEndpointRouteBuilder api)
    {
        var actions = api.MapGroup("/servers/{id:long}/actions");
        actions.MapPost("/enable_backup", (long id, HetznerProject project, ServerLifecycle lifecycle) =>
        {
            lock (project.Gate)
            {
                return ServerActionEndpoints.Answer(
                    lifecycle.BeginChange(project.Server(id), "enable_backup", s => s.BackupWindow ??= Windows[s.Id % Windows.Length]), 201);
            }
        });
        actions.MapPost("/disable_backup", (long id, HetznerProject project, ServerLifecycle lifecycle, ImageStore images) =>
        {
            lock (project.Gate)
            {
                var action = lifecycle.BeginChange(project.Server(id), "disable_backup", server =>
                {
                    server.BackupWindow = null;
                    images.DeleteBackupsOf(server.Id);
                });
                return ServerActionEndpoints.Answer(action, 201);
            }
        });
    }
}
