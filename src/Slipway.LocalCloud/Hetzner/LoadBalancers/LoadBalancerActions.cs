using System.Text.Json.Serialization.Metadata;

namespace Slipway.LocalCloud.Hetzner;

/// <summary>What can be done to a load balancer: each is recorded, and done as soon as it is told of.</summary>
internal static class LoadBalancerActions
{
    public static void MapLoadBalancerActions(
        this IEndpointRouteBuilder api, ResourceKind<LoadBalancer> kind, HetznerProject project, IReadOnlyList<LoadBalancerType> types)
    {
        Map("add_service", HetznerJson.Wire.LoadBalancerService, (balancer, service) => balancer.AddService(service));
        Map("update_service", HetznerJson.Wire.LoadBalancerService, UpdateService);
        Map("delete_service", HetznerJson.Wire.DeleteLoadBalancerService, (balancer, wanted) =>
            balancer.Services.Remove(FindService(balancer, wanted.ListenPort)));
        Map("add_target", HetznerJson.Wire.LoadBalancerTarget, (balancer, target) => balancer.AddTarget(target, project));
        Map("remove_target", HetznerJson.Wire.LoadBalancerTarget, (balancer, target) => balancer.RemoveTarget(target, project));
        Map("change_algorithm", HetznerJson.Wire.LoadBalancerAlgorithm, (balancer, wanted) => balancer.Algorithm = wanted.Checked());
        Map("change_type", HetznerJson.Wire.ChangeLoadBalancerType, (balancer, wanted) =>
            balancer.Type = LoadBalancerEndpoints.Find(types, wanted.LoadBalancerType), "change_load_balancer_type");
        Map("change_dns_ptr", HetznerJson.Wire.ChangeDnsPointer, (balancer, wanted) =>
            ReverseNames.Change(balancer.DnsPointers, wanted.Ip == balancer.Ipv6 ? $"{balancer.Ipv6}/128" : balancer.Ipv4, wanted));
        Map("attach_to_network", HetznerJson.Wire.AttachToNetwork, (balancer, wanted) =>
            Join(balancer, project.Network(wanted.Network ?? 0), wanted, project));
        Map("detach_from_network", HetznerJson.Wire.AttachToNetwork, (balancer, wanted) => Leave(balancer, project.Network(wanted.Network ?? 0)));
        MapSwitch("enable_public_interface", on: true);
        MapSwitch("disable_public_interface", on: false);

        void Map<T>(string path, JsonTypeInfo<T> type, Action<LoadBalancer, T> change, string? command = null)
            where T : class =>
            api.MapPost($"/load_balancers/{{id:long}}/actions/{path}", async (long id, HttpContext context) =>
            {
                var request = await HetznerRequest.ReadAsync(context, type);
                lock (project.Gate)
                {
                    var balancer = kind.Find(project, id);
                    change(balancer, request);
                    return ServerActionEndpoints.Answer(project.DoneAction(command ?? path, kind.Reference(balancer)), 201);
                }
            });

        void MapSwitch(string path, bool on) => api.MapPost($"/load_balancers/{{id:long}}/actions/{path}", (long id) =>
        {
            lock (project.Gate)
            {
                var balancer = kind.Find(project, id);
                balancer.PublicEnabled = on;
                return ServerActionEndpoints.Answer(project.DoneAction(path, kind.Reference(balancer)), 201);
            }
        });
    }

    public static void Join(LoadBalancer balancer, Network network, AttachToNetwork wanted, HetznerProject project)
    {
        if (balancer.Networks.Count > 0)
        {
            throw new HetznerFault(422, "load_balancer_already_attached", "load balancer is already attached to a network");
        }

        network.LoadBalancers[balancer.Id] = network.Choose(balancer.Location.NetworkZone, wanted.Ip, wanted.IpRange, project).Address;
        balancer.Networks.Add(network);
    }

    private static void Leave(LoadBalancer balancer, Network network)
    {
        if (!balancer.Networks.Remove(network))
        {
            throw new HetznerFault(422, "load_balancer_not_attached_to_network", "load balancer is not attached to the network");
        }

        network.LoadBalancers.Remove(balancer.Id);
    }

    private static void UpdateService(LoadBalancer balancer, LoadBalancerService change)
    {
        var old = FindService(balancer, change.ListenPort);
        balancer.Services[balancer.Services.IndexOf(old)] = new LoadBalancerService(
            change.Protocol ?? old.Protocol, old.ListenPort, change.DestinationPort ?? old.DestinationPort,
            change.Proxyprotocol ?? old.Proxyprotocol, change.HealthCheck?.Over(old.HealthCheck!) ?? old.HealthCheck,
            old.Http is null ? change.Http : change.Http?.Over(old.Http) ?? old.Http).Complete();
    }

    private static LoadBalancerService FindService(LoadBalancer balancer, int? port) =>
        balancer.Services.Find(s => s.ListenPort == port) ?? throw HetznerFault.NotFound("load balancer service not found");
}
