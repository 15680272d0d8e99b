using System.Security.Cryptography;

namespace Slipway.LocalCloud.Hetzner;

internal sealed record PasswordAnswer(HetznerAction Action, string RootPassword);

internal sealed record ConsoleAnswer(HetznerAction Action, string WssUrl, string Password);

internal sealed record ChangeDnsPointer(string? Ip, string? DnsPtr);

/// <summary>Ways to a server besides SSH, and its reverse names.</summary>
internal static class ServerAccessEndpoints
{
    public static void MapServerAccess(this IEndpointRouteBuilder api)
    {
        var actions = api.MapGroup("/servers/{id:long}/actions");
        actions.MapPost("/reset_password", (long id, HetznerProject project, ServerLifecycle lifecycle) =>
        {
            lock (project.Gate)
            {
                var server = project.Server(id);
                server.RequireUnlocked();
                if (server.Status != ServerStatus.Running)
                {
                    throw HetznerFault.Unsupported("server must be running");
                }

                return TypedResults.Json(
                    new PasswordAnswer(lifecycle.BeginChange(server, "reset_password", _ => { }), ServerCreation.NewPassword()),
                    HetznerJson.Wire.PasswordAnswer, statusCode: 201);
            }
        });
        actions.MapPost("/request_console", (long id, HttpContext context, HetznerProject project, ServerLifecycle lifecycle) =>
        {
            lock (project.Gate)
            {
                var action = lifecycle.BeginChange(project.Server(id), "request_console", _ => { });
                var token = RandomNumberGenerator.GetHexString(32, lowercase: true);
                return TypedResults.Json(
                    new ConsoleAnswer(action, $"wss://{context.Request.Host}/console/?server_id={id}&token={token}", ServerCreation.NewPassword()),
                    HetznerJson.Wire.ConsoleAnswer, statusCode: 201);
            }
        });
        actions.MapPost("/change_dns_ptr", ChangeDnsPointerAsync);
    }

    private static async Task<IResult> ChangeDnsPointerAsync(
        long id, HttpContext context, HetznerProject project, ServerLifecycle lifecycle)
    {
        var request = await HetznerRequest.ReadAsync(context, HetznerJson.Wire.ChangeDnsPointer);
        lock (project.Gate)
        {
            var server = project.Server(id);
            var ip = ServerView.AddressOf(server, request.Ip ?? "")?.ToString()
                ?? throw HetznerFault.InvalidField("ip", "Not an address of the server.");
            var action = lifecycle.BeginChange(server, "change_dns_ptr", changed =>
            {
                var owner = ip.Contains(':', StringComparison.Ordinal) ? changed.PrimaryIpv6 : changed.PrimaryIpv4;
                if (owner is not null)
                {
                    ReverseNames.Change(owner.DnsPointers, owner.Ip, request);
                }
            });
            return ServerActionEndpoints.Answer(action, 201);
        }
    }
}
