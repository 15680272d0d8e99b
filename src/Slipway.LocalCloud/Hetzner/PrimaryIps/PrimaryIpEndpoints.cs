using System.Net;
using Slipway.LocalCloud.Machines;

namespace Slipway.LocalCloud.Hetzner;

internal static class PrimaryIpEndpoints
{
    public static void MapPrimaryIps(this IEndpointRouteBuilder api)
    {
        var (date, capacity) = (api.ServiceProvider.GetRequiredService<ApiDate>(), api.ServiceProvider.GetRequiredService<Capacity>());
        var pool = api.ServiceProvider.GetRequiredService<PrimaryIpPool>();
        var lifecycle = api.ServiceProvider.GetRequiredService<ServerLifecycle>();
        var driver = api.ServiceProvider.GetRequiredService<IMachineDriver>();
        var kind = new ResourceKind<PrimaryIp>(
            "primary_ips", "primary_ip", project => project.PrimaryIps,
            (ip, status) => TypedResults.Json(new PrimaryIpAnswer(ip.View(date, capacity)), HetznerJson.Wire.PrimaryIpAnswer, statusCode: status),
            (ips, meta) => TypedResults.Json(
                new PrimaryIpsAnswer(ips.Select(i => i.View(date, capacity)).ToList(), meta), HetznerJson.Wire.PrimaryIpsAnswer))
        {
            ProtectedMessage = "Primary IP deletion is protected",
            Query = query => query.Filter("ip", i => i.Ip).Filter("type", i => i.Type),
            Update = (ip, change) => ip.AutoDelete = change.AutoDelete ?? ip.AutoDelete,
            Delete = ip => Delete(ip, pool, driver, lifecycle, date),
        };
        api.MapResource(kind);
        api.MapPost("/primary_ips", (HttpContext context, HetznerProject project, Catalog catalog) =>
            CreateAsync(context, kind, project, catalog, pool, driver, lifecycle, date, capacity));
        var actions = api.MapGroup("/primary_ips/{id:long}/actions");
        actions.MapPost("/assign", async (long id, HttpContext context, HetznerProject project) =>
        {
            var request = await HetznerRequest.ReadAsync(context, HetznerJson.Wire.AssignPrimaryIp);
            CheckAssigneeType(request.AssigneeType, date);
            lock (project.Gate)
            {
                var ip = kind.Find(project, id);
                var server = project.Server(request.AssigneeId ?? throw HetznerFault.InvalidField("assignee_id", "Missing data for required field."));
                if (ip.Server is not null)
                {
                    throw PrimaryIpPool.AlreadyAssigned();
                }

                PrimaryIpPool.RequireAssignable(ip.Type, ip.Location, server);
                return ServerActionEndpoints.Answer(Assign(ip, server, driver, lifecycle), 201);
            }
        });
        actions.MapPost("/unassign", (long id, HetznerProject project) =>
        {
            lock (project.Gate)
            {
                var ip = kind.Find(project, id);
                var server = ip.Server ?? throw new HetznerFault(422, "primary_ip_not_assigned", "primary IP is not assigned");
                if (server.Status != ServerStatus.Off)
                {
                    throw HetznerFault.NotStopped();
                }

                return ServerActionEndpoints.Answer(Unassign(ip, server, driver, lifecycle), 201);
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

    private static async Task<IResult> CreateAsync(
        HttpContext context, ResourceKind<PrimaryIp> kind, HetznerProject project, Catalog catalog, PrimaryIpPool pool, IMachineDriver driver,
        ServerLifecycle lifecycle, ApiDate date, Capacity capacity)
    {
        var request = await HetznerRequest.ReadAsync(context, HetznerJson.Wire.CreatePrimaryIp);
        LabelRules.Check(request.Labels);
        var name = kind.CheckName(request.Name);
        CheckAssigneeType(request.AssigneeType, date);
        var type = request.Type is PrimaryIp.V4 or PrimaryIp.V6 ? request.Type : throw HetznerFault.InvalidField("type", "Must be one of: ipv4, ipv6.");
        lock (project.Gate)
        {
            kind.CheckUnique(project, name);
            var server = request.AssigneeId is { } id ? project.Server(id) : null;
            var location = (server, capacity.PlaceOf(request.Datacenter) ?? request.Location) switch
            {
                ({ } assignee, null) => assignee.Location,
                (null, { } wanted) => catalog.FindLocation(wanted),
                _ => throw HetznerFault.InvalidInput("either location or assignee_id must be given"),
            };
            if (server is not null)
            {
                PrimaryIpPool.RequireAssignable(type, location, server);
            }

            var ip = pool.Create(type, location, name, request.AutoDelete ?? false);
            ip.Labels = request.Labels ?? [];
            var action = server is null ? null : Assign(ip, server, driver, lifecycle);
            return TypedResults.Json(
                new CreatePrimaryIpAnswer(ip.View(date, capacity), action), HetznerJson.Wire.CreatePrimaryIpAnswer, statusCode: 201);
        }
    }

    private static HetznerAction Assign(PrimaryIp ip, Server server, IMachineDriver driver, ServerLifecycle lifecycle)
    {
        var action = lifecycle.Begin(
            server, "assign_primary_ip", (s, ct) => SetAddressAsync(driver, ip, s, ip.Ip, ct), new ActionResource(ip.Id, "primary_ip"));
        PrimaryIpPool.Assign(ip, server);
        return action;
    }

    private static Task SetAddressAsync(IMachineDriver driver, PrimaryIp ip, Server server, string? address, CancellationToken cancellationToken) =>
        ip.Type == PrimaryIp.V4 ? driver.SetAddressAsync(server.Id, address, cancellationToken) : Task.CompletedTask;

    private static HetznerAction Unassign(PrimaryIp ip, Server server, IMachineDriver driver, ServerLifecycle lifecycle)
    {
        var action = lifecycle.Begin(
            server, "unassign_primary_ip", (s, ct) => SetAddressAsync(driver, ip, s, address: null, ct), new ActionResource(ip.Id, "primary_ip"));
        PrimaryIpPool.Unassign(ip);
        return action;
    }

    private static void Delete(PrimaryIp ip, PrimaryIpPool pool, IMachineDriver driver, ServerLifecycle lifecycle, ApiDate date)
    {
        if (ip.Server is { } server)
        {
            if (!date.AssignedPrimaryIpsCanBeDeleted)
            {
                throw new HetznerFault(422, "must_be_unassigned", "primary IP must be unassigned");
            }

            if (server.Status != ServerStatus.Off)
            {
                throw HetznerFault.NotStopped();
            }

            Unassign(ip, server, driver, lifecycle);
            _ = server.Work.ContinueWith(_ => pool.Release(ip), TaskScheduler.Default);
            return;
        }

        pool.Release(ip);
    }

    private static void CheckAssigneeType(string? type, ApiDate date)
    {
        if (type is not (null or "server") || (type is null && date.PrimaryIpsNeedAssigneeType))
        {
            throw HetznerFault.InvalidField("assignee_type", "Must be one of: server.");
        }
    }
}

/// <summary>Reverse names of public addresses.</summary>
internal static class ReverseNames
{
    /// <summary>Sets or, with none, takes away the name of an address that is or lies in <paramref name="owned"/>.</summary>
    public static void Change(Dictionary<string, string> names, string owned, ChangeDnsPointer request)
    {
        var range = owned.Contains('/', StringComparison.Ordinal) ? IPNetwork.Parse(owned) : new IPNetwork(IPAddress.Parse(owned), 32);
        if (!IPAddress.TryParse(request.Ip, out var address) || !range.Contains(address))
        {
            throw HetznerFault.InvalidField("ip", "Not an address of this resource.");
        }

        names.Remove(address.ToString());
        if (request.DnsPtr is { } name)
        {
            names.Add(address.ToString(), name);
        }
    }
}
