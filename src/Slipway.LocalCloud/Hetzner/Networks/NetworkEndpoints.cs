namespace Slipway.LocalCloud.Hetzner;

internal static class NetworkEndpoints
{
    private const int MostSubnets = 50;
    private const int MostRoutes = 100;

    public static void MapNetworks(this IEndpointRouteBuilder api)
    {
        var networks = api.ServiceProvider.GetRequiredService<ServerNetworks>();
        var kind = Kind(api.ServiceProvider.GetRequiredService<HetznerProject>(), networks);
        api.MapResource(kind);
        api.MapPost("/networks", (HttpContext context, HetznerProject project) => CreateAsync(context, kind, project));
        var actions = api.MapGroup("/networks/{id:long}/actions");
        actions.MapPost("/add_subnet", async (long id, HttpContext context, HetznerProject project) =>
        {
            var wanted = await HetznerRequest.ReadAsync(context, HetznerJson.Wire.CreateSubnet);
            return Change(project, kind, id, "add_subnet", network =>
            {
                RequireFewer(network.Subnets.Count, MostSubnets, "subnets");
                network.AddSubnet(wanted);
            });
        });
        actions.MapPost("/delete_subnet", async (long id, HttpContext context, HetznerProject project) =>
        {
            var range = (await HetznerRequest.ReadAsync(context, HetznerJson.Wire.CreateSubnet)).IpRange;
            return Change(project, kind, id, "delete_subnet", network =>
            {
                var subnet = network.Subnets.Find(s => s.Range.ToString() == range) ?? throw HetznerFault.InvalidField("ip_range", "No such subnet.");
                if (network.Uses(subnet, project))
                {
                    throw new HetznerFault(422, "resource_in_use", "subnet still has attached resources");
                }

                network.Subnets.Remove(subnet);
            });
        });
        actions.MapPost("/add_route", async (long id, HttpContext context, HetznerProject project) =>
        {
            var route = await HetznerRequest.ReadAsync(context, HetznerJson.Wire.NetworkRoute);
            return Change(project, kind, id, "add_route", network =>
            {
                RequireFewer(network.Routes.Count, MostRoutes, "routes");
                network.AddRoute(route);
            });
        });
        actions.MapPost("/delete_route", async (long id, HttpContext context, HetznerProject project) =>
        {
            var route = await HetznerRequest.ReadAsync(context, HetznerJson.Wire.NetworkRoute);
            return Change(project, kind, id, "delete_route", network =>
            {
                if (!network.Routes.Remove(route))
                {
                    throw HetznerFault.InvalidField("destination", "No such route.");
                }
            });
        });
        actions.MapPost("/change_ip_range", async (long id, HttpContext context, HetznerProject project) =>
        {
            var range = CheckRange((await HetznerRequest.ReadAsync(context, HetznerJson.Wire.ChangeIpRange)).IpRange);
            return Change(project, kind, id, "change_ip_range", network =>
            {
                if (range.First != network.Range.First || range.Prefix > network.Range.Prefix)
                {
                    throw HetznerFault.InvalidField("ip_range", "Can only be extended, with the same first address.");
                }

                network.Range = range;
                networks.Refresh(network);
            });
        });
    }

    private static ResourceKind<Network> Kind(HetznerProject project, ServerNetworks networks) => new(
        "networks", "network", p => p.Networks,
        (network, status) => TypedResults.Json(new NetworkAnswer(network.View(project)), HetznerJson.Wire.NetworkAnswer, statusCode: status),
        (all, meta) => TypedResults.Json(new NetworksAnswer(all.Select(n => n.View(project)).ToList(), meta), HetznerJson.Wire.NetworksAnswer))
    {
        ProtectedMessage = "network is delete protected",
        Query = query => query.Filter("ip_range", n => n.Range.ToString()),
        Update = (network, change) => network.ExposesRoutes = change.ExposeRoutesToVswitch ?? network.ExposesRoutes,
        Delete = networks.Delete,
    };

    private static async Task<IResult> CreateAsync(HttpContext context, ResourceKind<Network> kind, HetznerProject project)
    {
        var request = await HetznerRequest.ReadAsync(context, HetznerJson.Wire.CreateNetwork);
        LabelRules.Check(request.Labels);
        var name = kind.CheckName(request.Name);
        var range = CheckRange(request.IpRange);
        lock (project.Gate)
        {
            kind.CheckUnique(project, name);
            var network = new Network
            {
                Id = project.NextId(),
                Name = name,
                Created = project.Now,
                Labels = request.Labels ?? [],
                Range = range,
                ExposesRoutes = request.ExposeRoutesToVswitch ?? false,
            };
            request.Subnets?.ForEach(network.AddSubnet);
            request.Routes?.ForEach(network.AddRoute);
            project.Networks.Add(network.Id, network);
            return kind.Answer(network, 201);
        }
    }

    private static IResult Change(HetznerProject project, ResourceKind<Network> kind, long id, string command, Action<Network> change)
    {
        lock (project.Gate)
        {
            var network = kind.Find(project, id);
            change(network);
            return ServerActionEndpoints.Answer(project.DoneAction(command, kind.Reference(network)), 201);
        }
    }

    private static Ipv4Range CheckRange(string? text) => Ipv4Range.TryParse(text) is { Prefix: <= 24, IsPrivate: true } range
        ? range
        : throw HetznerFault.InvalidField("ip_range", "Must be a private IPv4 range (RFC 1918), at least a /24.");

    private static void RequireFewer(int count, int most, string what)
    {
        if (count >= most)
        {
            throw new HetznerFault(403, "resource_limit_exceeded", $"a network has at most {most} {what}");
        }
    }
}
