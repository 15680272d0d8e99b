namespace Slipway.LocalCloud.Hetzner;

/// <summary>What the next boot starts instead of the disk.</summary>
/// <param name="Type">Which system.</param>
/// <param name="Until">When the offer ends.</param>
internal sealed record RescueSystem(string Type, DateTimeOffset Until);

internal sealed record EnableRescue(string? Type, List<long>? SshKeys);

internal static class ServerRescueEndpoints
{
    private static readonly TimeSpan Offer = TimeSpan.FromMinutes(60);

    public static void MapServerRescue(this IEndpointRouteBuilder api)
    {
        var actions = api.MapGroup("/servers/{id:long}/actions");
        actions.MapPost("/enable_rescue", EnableAsync);
        actions.MapPost("/disable_rescue", (long id, HetznerProject project, ServerLifecycle lifecycle) =>
        {
            lock (project.Gate)
            {
                return ServerActionEndpoints.Answer(lifecycle.BeginChange(project.Server(id), "disable_rescue", s => s.Rescue = null), 201);
            }
        });
    }

    private static async Task<IResult> EnableAsync(
        long id, HttpContext context, HetznerProject project, ServerLifecycle lifecycle, TimeProvider time)
    {
        var request = await HetznerRequest.ReadOptionalAsync(context, HetznerJson.Wire.EnableRescue);
        if (request?.Type is not (null or "linux64"))
        {
            throw HetznerFault.InvalidField("type", "Must be one of: linux64.");
        }

        lock (project.Gate)
        {
            var server = project.Server(id);
            request?.SshKeys?.ForEach(key => project.SshKey(key));
            var rescue = new RescueSystem(request?.Type ?? "linux64", time.GetUtcNow() + Offer);
            var action = lifecycle.BeginChange(server, "enable_rescue", changed =>
            {
                changed.Rescue = rescue;
                _ = ExpireAsync(project, changed, rescue, time);
            });
            return TypedResults.Json(
                new PasswordAnswer(action, ServerCreation.NewPassword()), HetznerJson.Wire.PasswordAnswer, statusCode: 201);
        }
    }

    /// <summary>Takes the offer back when its time is over.</summary>
    public static async Task ExpireAsync(HetznerProject project, Server offered, RescueSystem rescue, TimeProvider time)
    {
        var left = rescue.Until - time.GetUtcNow();
        await Task.Delay(left > TimeSpan.Zero ? left : TimeSpan.Zero, time, offered.Deleted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (project.Gate)
        {
            // Another one enabled since has its own hour.
            offered.Rescue = ReferenceEquals(offered.Rescue, rescue) ? null : offered.Rescue;
            project.Mark();
        }
    }
}
