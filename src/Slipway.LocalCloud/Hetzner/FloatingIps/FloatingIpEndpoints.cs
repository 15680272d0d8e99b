using System.Globalization;

namespace Slipway.LocalCloud.Hetzner;

internal static class FloatingIpEndpoints
{
    public static void MapFloatingIps(this IEndpointRouteBuilder api)
    {
        var date = api.ServiceProvider.GetRequiredService<ApiDate>();
        var kind = new ResourceKind<FloatingIp>(
            "floating_ips", "floating_ip", project => project.FloatingIps,
            (ip, status) => TypedResults.Json(new FloatingIpAnswer(ip.View()), HetznerJson.Wire.FloatingIpAnswer, statusCode: status),
            (ips, meta) => TypedResults.Json(new FloatingIpsAnswer(ips.Select(i => i.View()).ToList(), meta), HetznerJson.Wire.FloatingIpsAnswer))
        {
            ProtectedMessage = "Floating IP deletion is protected",
            Query = query => query.Filter("ip", i => i.Ip).Filter("type", i => i.Type),
            Update = (ip, change) => ip.Description = change.Description ?? ip.Description,
            Delete = ip => Delete(ip, date),
        };
        api.MapResource(kind);
        api.MapPost("/floating_ips", (HttpContext context, HetznerProject project, Catalog catalog) => CreateAsync(context, kind, project, catalog));
        var actions = api.MapGroup("/floating_ips/{id:long}/actions");
        actions.MapPost("/assign", async (long id, HttpContext context, HetznerProject project) =>
        {
            var wanted = (await HetznerRequest.ReadAsync(context, HetznerJson.Wire.AssignFloatingIp)).Server;
            lock (project.Gate)
            {
                var ip = kind.Find(project, id);
                var server = project.Server(wanted ?? throw HetznerFault.InvalidField("server", "Missing data for required field."));
                if (ip.Server == server)
                {
                    throw new HetznerFault(422, "floating_ip_assigned", "floating IP is already assigned");
                }

                ip.Assign(server);
                return ServerActionEndpoints.Answer(Done(project, "assign_floating_ip", ip, server), 201);
            }
        });
        actions.MapPost("/unassign", (long id, HetznerProject project) =>
        {
            lock (project.Gate)
            {
                var ip = kind.Find(project, id);
                var server = ip.Server ?? throw HetznerFault.InvalidInput("floating IP is not assigned");
                ip.Assign(server: null);
                return ServerActionEndpoints.Answer(Done(project, "unassign_floating_ip", ip, server), 201);
            }
        });
        actions.MapPost("/change_dns_ptr", async (long id, HttpContext context, HetznerProject project) =>
        {
            var request = await HetznerRequest.ReadAsync(context, HetznerJson.Wire.ChangeDnsPointer);
            lock (project.Gate)
            {
                var ip = kind.Find(project, id);
                ReverseNames.Change(ip.DnsPointers, ip.Ip, request);
                return ServerActionEndpoints.Answer(project.DoneAction("change_dns_ptr", kind.Reference(ip)), 201);
            }
        });
    }

    private static async Task<IResult> CreateAsync(HttpContext context, ResourceKind<FloatingIp> kind, HetznerProject project, Catalog catalog)
    {
        var request = await HetznerRequest.ReadAsync(context, HetznerJson.Wire.CreateFloatingIp);
        LabelRules.Check(request.Labels);
        if (request.Type is not (PrimaryIp.V4 or PrimaryIp.V6))
        {
            throw HetznerFault.InvalidField("type", "Must be one of: ipv4, ipv6.");
        }

        lock (project.Gate)
        {
            var server = request.Server is { } owner ? project.Server(owner) : null;
            var location = (server, request.HomeLocation) switch
            {
                ({ } host, null) => host.Location,
                (null or not null, { } wanted) => catalog.FindLocation(wanted),
                _ => throw HetznerFault.InvalidInput("either home_location or server must be given"),
            };
            var id = project.NextId();
            var name = request.Name is null ? string.Create(CultureInfo.InvariantCulture, $"floating-ip-{id}") : kind.CheckName(request.Name);
            kind.CheckUnique(project, name);
            var ip = new FloatingIp
            {
                Id = id,
                Name = name,
                Created = project.Now,
                Labels = request.Labels ?? [],
                Type = request.Type,
                // 203.0.113.0/24 and 2001:db8:f10a::/48 are for documents; a record needs no more.
                Ip = request.Type == PrimaryIp.V4
                    ? string.Create(CultureInfo.InvariantCulture, $"203.0.113.{id % 254 + 1}")
                    : string.Create(CultureInfo.InvariantCulture, $"2001:db8:f10a:{id & 0xffff:x}::/64"),
                HomeLocation = location,
                Description = request.Description,
            };
            project.FloatingIps.Add(id, ip);
            ip.Assign(server);
            var action = server is null ? null : Done(project, "assign_floating_ip", ip, server);
            return TypedResults.Json(new CreateFloatingIpAnswer(ip.View(), action), HetznerJson.Wire.CreateFloatingIpAnswer, statusCode: 201);
        }
    }

    private static void Delete(FloatingIp ip, ApiDate date)
    {
        if (ip.Server is not null && !date.AssignedPrimaryIpsCanBeDeleted)
        {
            throw new HetznerFault(422, "must_be_unassigned", "floating IP must be unassigned");
        }

        ip.Assign(server: null);
    }

    private static HetznerAction Done(HetznerProject project, string command, FloatingIp ip, Server server) =>
        project.DoneAction(command, new ActionResource(ip.Id, "floating_ip"), new ActionResource(server.Id, "server"));
}
