using System.Globalization;

namespace Slipway.LocalCloud.Hetzner;

internal static class LoadBalancerEndpoints
{
    public static void MapLoadBalancers(this IEndpointRouteBuilder api)
    {
        var types = LoadBalancerType.All(api.ServiceProvider.GetRequiredService<Catalog>());
        api.MapGet("/load_balancer_types", (HttpContext context) =>
        {
            var (items, meta) = new ListQuery<LoadBalancerType>(context, types).Filter("name", t => t.Name).Sortable("id", t => t.Id).Page();
            return TypedResults.Json(new LoadBalancerTypesAnswer(items, meta), HetznerJson.Wire.LoadBalancerTypesAnswer);
        });
        api.MapGet("/load_balancer_types/{id:long}", (long id) => TypedResults.Json(
            new LoadBalancerTypeAnswer(types.FirstOrDefault(t => t.Id == id) ?? throw HetznerFault.NotFound("load_balancer_type", id)),
            HetznerJson.Wire.LoadBalancerTypeAnswer));
        var project = api.ServiceProvider.GetRequiredService<HetznerProject>();
        var kind = new ResourceKind<LoadBalancer>(
            "load_balancers", "load_balancer", p => p.LoadBalancers,
            (balancer, status) => TypedResults.Json(new LoadBalancerAnswer(balancer.View(project)), HetznerJson.Wire.LoadBalancerAnswer, statusCode: status),
            (all, meta) => TypedResults.Json(new LoadBalancersAnswer(all.Select(b => b.View(project)).ToList(), meta), HetznerJson.Wire.LoadBalancersAnswer))
        {
            ProtectedMessage = "load balancer deletion is protected",
            Delete = balancer => Delete(balancer, project),
        };
        api.MapResource(kind);
        api.MapPost("/load_balancers", (HttpContext context, Catalog catalog) => CreateAsync(context, kind, project, catalog, types));
        api.MapLoadBalancerActions(kind, project, types);
    }

    public static LoadBalancerType Find(IReadOnlyList<LoadBalancerType> types, IdOrName? wanted) =>
        types.FirstOrDefault(t => wanted?.Matches(t.Id, t.Name) is true)
            ?? throw HetznerFault.InvalidField("load_balancer_type", "Unknown load balancer type.");

    private static async Task<IResult> CreateAsync(
        HttpContext context, ResourceKind<LoadBalancer> kind, HetznerProject project, Catalog catalog, IReadOnlyList<LoadBalancerType> types)
    {
        var request = await HetznerRequest.ReadAsync(context, HetznerJson.Wire.CreateLoadBalancer);
        LabelRules.Check(request.Labels);
        var name = kind.CheckName(request.Name);
        var location = request.Location is { } wanted
            ? catalog.FindLocation(wanted)
            : catalog.Locations.FirstOrDefault(l => l.NetworkZone == request.NetworkZone)
                ?? throw HetznerFault.InvalidInput("either location or network_zone must be given");
        var type = Find(types, request.LoadBalancerType);
        lock (project.Gate)
        {
            kind.CheckUnique(project, name);
            var network = request.Network is { } networkId ? project.Network(networkId) : null;
            var id = project.NextId();
            var balancer = new LoadBalancer
            {
                Id = id,
                Name = name,
                Created = project.Now,
                Labels = request.Labels ?? [],
                Type = type,
                Location = location,
                Algorithm = (request.Algorithm ?? new LoadBalancerAlgorithm("round_robin")).Checked(),
                Ipv4 = string.Create(CultureInfo.InvariantCulture, $"192.0.2.{id % 254 + 1}"),
                Ipv6 = string.Create(CultureInfo.InvariantCulture, $"2001:db8:1b:{id & 0xffff:x}::1"),
                PublicEnabled = request.PublicInterface ?? true,
            };
            try
            {
                request.Services?.ForEach(balancer.AddService);
                if (network is not null)
                {
                    LoadBalancerActions.Join(balancer, network, new AttachToNetwork(network.Id, null, null, null), project);
                }

                request.Targets?.ForEach(t => balancer.AddTarget(t, project));
            }
            catch (HetznerFault)
            {
                // A refused order leaves no trace with others.
                Delete(balancer, project);
                throw;
            }

            project.LoadBalancers.Add(id, balancer);
            return TypedResults.Json(
                new CreateLoadBalancerAnswer(balancer.View(project), project.DoneAction("create_load_balancer", kind.Reference(balancer))),
                HetznerJson.Wire.CreateLoadBalancerAnswer, statusCode: 201);
        }
    }

    private static void Delete(LoadBalancer balancer, HetznerProject project)
    {
        foreach (var network in balancer.Networks)
        {
            network.LoadBalancers.Remove(balancer.Id);
        }

        foreach (var server in project.Servers.Values)
        {
            server.LoadBalancers.Remove(balancer.Id);
        }
    }
}
