using System.Globalization;
using Slipway.LocalCloud.Machines;

namespace Slipway.LocalCloud.Hetzner;

/// <summary>Which public address belongs to which server. Call it with the project's lock held.</summary>
internal sealed class PrimaryIpPool(HetznerProject project, ProjectLimits limits, IMachineDriver driver)
{
    /// <summary>The number of the last IPv6 network.</summary>
    public int LastNetwork { get; set; }

    /// <summary>Makes an address nobody had.</summary>
    public PrimaryIp Create(string type, Location location, string? name, bool autoDelete)
    {
        RequireRoom(1);
        var id = project.NextId();
        var ip = new PrimaryIp
        {
            Id = id,
            Name = name ?? string.Create(CultureInfo.InvariantCulture, $"primary_ip-{id}"),
            Created = project.Now,
            Type = type,
            Location = location,
            Ip = type == PrimaryIp.V4 ? driver.AllocateAddress() : NextNetwork(),
            AutoDelete = autoDelete,
        };
        project.PrimaryIps.Add(id, ip);
        return ip;
    }

    /// <summary>Refuses an order whose addresses it cannot have, before anything is made.</summary>
    public void Check(CreatePublicNet? wanted, Location location)
    {
        var (v4, v6) = (wanted?.EnableIpv4 ?? true, wanted?.EnableIpv6 ?? true);
        RequireUsable(v4 ? wanted?.Ipv4 : null, PrimaryIp.V4, location);
        RequireUsable(v6 ? wanted?.Ipv6 : null, PrimaryIp.V6, location);
        RequireRoom((v4 && wanted?.Ipv4 is null ? 1 : 0) + (v6 && wanted?.Ipv6 is null ? 1 : 0));
    }

    /// <summary>Gives a new server the addresses its order named, and makes those it did not.</summary>
    public void Equip(Server server, CreatePublicNet? wanted)
    {
        if (wanted?.EnableIpv4 ?? true)
        {
            Assign(wanted?.Ipv4 is { } id ? project.PrimaryIps[id] : Create(PrimaryIp.V4, server.Location, name: null, autoDelete: true), server);
        }

        if (wanted?.EnableIpv6 ?? true)
        {
            Assign(wanted?.Ipv6 is { } id ? project.PrimaryIps[id] : Create(PrimaryIp.V6, server.Location, name: null, autoDelete: true), server);
        }
    }

    /// <summary>Refuses what Hetzner refuses: a running server, one that has such an address, one elsewhere.</summary>
    public static void RequireAssignable(string type, Location location, Server server)
    {
        if (server.Status != ServerStatus.Off)
        {
            throw HetznerFault.NotStopped();
        }

        if (server.Locks > 0)
        {
            throw HetznerFault.Locked();
        }

        if (server.Location.Name != location.Name)
        {
            throw HetznerFault.InvalidInput("primary IP and server must be in the same location");
        }

        if ((type == PrimaryIp.V4 ? server.PrimaryIpv4 : server.PrimaryIpv6) is not null)
        {
            throw new HetznerFault(422, $"server_has_{type}", $"server already has an {type} address");
        }
    }

    public static void Assign(PrimaryIp ip, Server server)
    {
        ip.Server = server;
        Set(server, ip.Type, ip);
    }

    public static void Unassign(PrimaryIp ip)
    {
        if (ip.Server is { } server)
        {
            Set(server, ip.Type, ip: null);
            ip.Server = null;
        }
    }

    /// <summary>A server is deleted: what was made for it goes with it.</summary>
    /// <returns>The addresses to release when its machine is gone.</returns>
    public List<PrimaryIp> Forget(Server server)
    {
        var gone = new List<PrimaryIp>();
        foreach (var ip in (PrimaryIp?[])[server.PrimaryIpv4, server.PrimaryIpv6])
        {
            if (ip is { AutoDelete: true, ProtectedFromDelete: false } && project.PrimaryIps.Remove(ip.Id))
            {
                gone.Add(ip);
            }
            else if (ip is not null)
            {
                // The dying server keeps its own note of it: the machine is still to be taken away by that address.
                ip.Server = null;
            }
        }

        return gone;
    }

    /// <summary>Gives every address back; the servers must be gone by then.</summary>
    public void Clear()
    {
        lock (project.Gate)
        {
            foreach (var ip in project.PrimaryIps.Values)
            {
                Release(ip);
            }

            project.PrimaryIps.Clear();
        }
    }

    public void Release(PrimaryIp ip)
    {
        if (ip.Type == PrimaryIp.V4)
        {
            driver.ReleaseAddress(ip.Ip);
        }
    }

    private void RequireUsable(long? id, string type, Location location)
    {
        if (id is not { } wanted)
        {
            return;
        }

        var ip = project.PrimaryIps.TryGetValue(wanted, out var found) ? found : throw HetznerFault.NotFound("primary_ip", wanted);
        if (ip.Type != type)
        {
            throw HetznerFault.InvalidField($"public_net.{type}", $"Not an {type} address.");
        }

        if (ip.Location.Name != location.Name)
        {
            throw HetznerFault.InvalidInput("primary IP and server must be in the same location");
        }

        if (ip.Server is not null)
        {
            throw AlreadyAssigned();
        }
    }

    public static HetznerFault AlreadyAssigned() => new(422, "primary_ip_already_assigned", "primary IP is already assigned to a different server");

    private void RequireRoom(int more)
    {
        if (more > 0 && project.PrimaryIps.Count + more > limits.PrimaryIps)
        {
            throw HetznerFault.LimitExceeded("Primary IP", "primary_ip_limit");
        }
    }

    private static void Set(Server server, string type, PrimaryIp? ip)
    {
        if (type == PrimaryIp.V4)
        {
            server.PrimaryIpv4 = ip;
        }
        else
        {
            server.PrimaryIpv6 = ip;
        }
    }

    private string NextNetwork()
    {
        var n = ++LastNetwork;
        return $"2001:db8:{n >> 16 & 0xffff:x}:{n & 0xffff:x}::/64";
    }
}
