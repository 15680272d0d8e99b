using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Slipway.LocalCloud.Hetzner;

/// <summary>Checks an order as Hetzner does, makes the server of it and begins its actions.</summary>
internal sealed partial class ServerCreation(
    HetznerProject project, Catalog catalog, Capacity capacity, ImageStore images, ProjectLimits limits, FirewallAssignment firewalls, ServerLifecycle lifecycle,
    PrimaryIpPool primaryIps)
{
    private const int MaxUserData = 32_768;
    private const string PasswordCharacters = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";

    public CreateServerAnswer Create(CreateServer order)
    {
        var name = CheckName(order.Name);
        CheckUserData(order.UserData);
        LabelRules.Check(order.Labels);
        var place = capacity.PlaceOf(order.Datacenter) ?? order.Location;
        var type = FindType(order.ServerType);
        lock (project.Gate)
        {
            var keys = (order.SshKeys ?? []).ConvertAll(FindKey);
            var walls = (order.Firewalls ?? []).Select(f => project.Firewall(f.Firewall)).Distinct().ToList();
            var image = images.Choose(order.Image, type, type.Disk);
            var group = order.PlacementGroup is { } id ? project.PlacementGroup(id) : null;
            group?.RequireRoom();
            if (project.ServersByName.ContainsKey(name))
            {
                throw HetznerFault.NotUnique("server name is already used");
            }

            if (project.Servers.Count >= limits.Servers)
            {
                throw HetznerFault.LimitExceeded("server", "server_limit");
            }

            var networks = (order.Networks ?? []).Distinct().Select(project.Network).ToList();
            var volumes = (order.Volumes ?? []).Distinct().Select(project.Volume).ToList();
            var location = capacity.Place(type, place);
            primaryIps.Check(order.PublicNet, location);
            volumes.ForEach(v => v.RequireFree(location));
            var server = new Server
            {
                Id = project.NextServerId(),
                Name = name,
                Created = project.Now,
                Type = type,
                Location = location,
                Image = image,
                UserData = order.UserData,
                AuthorizedKeys = keys.ConvertAll(k => k.PublicKey),
                DiskSize = type.Disk,
                Labels = order.Labels ?? [],
            };
            networks.ForEach(n => n.RequireRoomFor(server, networks, project));
            project.Add(server);
            primaryIps.Equip(server, order.PublicNet);
            networks.ForEach(n => n.Attach(server, project));
            volumes.ForEach(v => v.Attach(server));
            group?.Add(server);
            var (create, start) = lifecycle.BeginCreate(server, order.StartAfterCreate ?? true);
            List<HetznerAction> next = start is null ? [] : [start];
            next.AddRange(firewalls.ApplyToNew(server, walls));
            var view = ServerView.Of(server, capacity);
            return new CreateServerAnswer(view, create, next, keys.Count > 0 ? null : NewPassword());
        }
    }

    public static string CheckName(string? name)
    {
        if (name is null)
        {
            throw HetznerFault.InvalidField("name", "Missing data for required field.");
        }

        return name.Length <= 253 && Hostname().IsMatch(name)
            ? name
            : throw HetznerFault.InvalidField("name", "Name must be a valid hostname.");
    }

    public static void CheckUserData(string? userData)
    {
        if (userData is not null && Encoding.UTF8.GetByteCount(userData) > MaxUserData)
        {
            throw HetznerFault.InvalidField("user_data", $"Length must be between 0 and {MaxUserData}.");
        }
    }

    public ServerType FindType(IdOrName? wanted) =>
        wanted is not { } type
            ? throw HetznerFault.InvalidField("server_type", "Missing data for required field.")
            : catalog.ServerTypes.FirstOrDefault(t => type.Matches(t.Id, t.Name))
                ?? throw HetznerFault.InvalidField("server_type", "Unknown server type.");

    public static string NewPassword() => RandomNumberGenerator.GetString(PasswordCharacters, 20);

    private SshKey FindKey(IdOrName wanted) =>
        project.SshKeys.Values.FirstOrDefault(k => wanted.Matches(k.Id, k.Name)) ?? throw HetznerFault.NotFound("SSH key not found");

    [GeneratedRegex(
        @"^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*\z",
        RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Hostname();
}
