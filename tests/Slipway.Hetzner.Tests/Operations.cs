namespace Slipway.Hetzner.Tests;

/// <summary>An operation of the API: its route, the exact request it makes, and how it is called.</summary>
/// <param name="Route">Method and template as Hetzner's OpenAPI document writes them.</param>
/// <param name="Path">Path and query of the request.</param>
/// <param name="Body">The exact body; empty for none.</param>
/// <param name="Call">The call; every secret an operation can take is planted.</param>
internal sealed record Operation(string Route, string Path, string Body, Func<HetznerClient, Task<object?>> Call)
{
    public string Method => Route.Split(' ')[0];

    public override string ToString() => Route;
}

/// <summary>Every operation of the covered resources that is not deprecated.</summary>
internal static class Operations
{
    public const string UserData = "#cloud-config\n# planted-user-data\nwrite_files: planted-private-key";

    private static readonly Dictionary<string, string> Labels = new() { ["app"] = "shop" };

    private static readonly DateTimeOffset Start = new(2026, 11, 21, 8, 0, 0, TimeSpan.Zero);

    public static IReadOnlyList<Operation> All { get; } =
    [
        Get("/actions", "?id=7&id=8", async c => await c.Actions.GetManyAsync([7, 8])),
        Get("/actions/{id}", "", async c => await c.Actions.GetAsync(7)),
        .. Resource("/servers", c => c.Servers.GetAsync(7), c => c.Servers.ListAsync(new ServerFilter { Name = "web 1", LabelSelector = "app=shop", Sort = ["created:desc", "id"], Statuses = ["off", "running"] }),
            "?name=web%201&label_selector=app%3Dshop&sort=created%3Adesc&sort=id&status=off&status=running", c => c.Servers.Actions),
        .. Resource("/volumes", c => c.Volumes.GetAsync(7), c => c.Volumes.ListAsync(new VolumeFilter { Statuses = ["available"] }), "?status=available", c => c.Volumes.Actions),
        .. Resource("/networks", c => c.Networks.GetAsync(7), c => c.Networks.ListAsync(new ListFilter { Sort = ["name:asc"] }), "?sort=name%3Aasc", c => c.Networks.Actions),
        .. Resource("/primary_ips", c => c.PrimaryIps.GetAsync(7), c => c.PrimaryIps.ListAsync(new PrimaryIpFilter { Ip = "2001:db8::1" }), "?ip=2001%3Adb8%3A%3A1", c => c.PrimaryIps.Actions),
        .. Resource("/firewalls", c => c.Firewalls.GetAsync(7), c => c.Firewalls.ListAsync(new ListFilter { Name = "a" }), "?name=a", c => c.Firewalls.Actions),
        .. Resource("/images", c => c.Images.GetAsync(7), c => c.Images.ListAsync(new ImageFilter { Types = ["backup"], Statuses = ["available"], BoundTo = [42], Architecture = "arm", IncludeDeprecated = true }),
            "?type=backup&status=available&bound_to=42&architecture=arm&include_deprecated=true", c => c.Images.Actions),
        .. Resource("/placement_groups", c => c.PlacementGroups.GetAsync(7), c => c.PlacementGroups.ListAsync(new PlacementGroupFilter { Types = ["spread"] }), "?type=spread"),
        .. Resource("/isos", c => c.Isos.GetAsync(7), c => c.Isos.ListAsync(new IsoFilter { Architecture = "arm", IncludeUnknownArchitecture = false }), "?architecture=arm&include_architecture_wildcard=false"),
        .. Resource("/ssh_keys", c => c.SshKeys.GetAsync(7), c => c.SshKeys.ListAsync(new SshKeyFilter { Fingerprint = "aa:bb" }), "?fingerprint=aa%3Abb"),
        .. Resource("/locations", c => c.Locations.GetAsync(7), c => c.Locations.ListAsync(new ListFilter { Sort = ["name"] }), "?sort=name"),
        .. Resource("/server_types", c => c.ServerTypes.GetAsync(7), c => c.ServerTypes.ListAsync(new ListFilter { Name = "cx23" }), "?name=cx23"),
        Get("/pricing", "", async c => await c.Pricing.GetAsync()),
        Get("/servers/{id}/metrics", "?type=cpu%2Cdisk&start=2026-11-21T08%3A00%3A00Z&end=2026-11-21T09%3A00%3A00Z&step=60",
            async c => await c.Servers.GetMetricsAsync(7, [ServerMetricTypes.Cpu, ServerMetricTypes.Disk], Start, Start.AddHours(1), TimeSpan.FromMinutes(1))),

        Post("/servers", """{"name":"web-1","server_type":"cx23","image":"debian-12","user_data":"#cloud-config\n# planted-user-data\nwrite_files: planted-private-key","labels":{"app":"shop"},"networks":[4],"volumes":[5],"automount":true,"placement_group":6,"start_after_create":true}""",
            async c => await c.Servers.CreateAsync(new() { Name = "web-1", ServerType = "cx23", Image = "debian-12", UserData = UserData, Labels = Labels, Networks = [4], Volumes = [5], Automount = true, PlacementGroup = 6 })),
        Post("/volumes", """{"name":"data","size":10,"location":"nbg1","format":"ext4","labels":{"app":"shop"}}""",
            async c => await c.Volumes.CreateAsync(new() { Name = "data", Size = 10, Location = "nbg1", Format = "ext4", Labels = Labels })),
        Post("/networks", """{"name":"mynet","ip_range":"10.0.0.0/16","subnets":[{"type":"cloud","network_zone":"eu-central","ip_range":"10.0.1.0/24"}],"routes":[{"destination":"10.100.1.0/24","gateway":"10.0.1.1"}]}""",
            async c => await c.Networks.CreateAsync(new() { Name = "mynet", IpRange = "10.0.0.0/16", Subnets = [new() { NetworkZone = "eu-central", IpRange = "10.0.1.0/24" }], Routes = [new("10.100.1.0/24", "10.0.1.1")] })),
        Post("/primary_ips", """{"name":"ip","type":"ipv4","location":"nbg1","assignee_type":"server","auto_delete":false}""",
            async c => await c.PrimaryIps.CreateAsync(new() { Name = "ip", Type = "ipv4", Location = "nbg1", AutoDelete = false })),
        Post("/placement_groups", """{"name":"apart","type":"spread","labels":{"app":"shop"}}""", async c => await c.PlacementGroups.CreateAsync("apart", Labels)),
        Post("/firewalls", """{"name":"web","rules":[],"apply_to":[{"type":"server","server":{"id":42}},{"type":"label_selector","label_selector":{"selector":"app=shop"}}]}""",
            async c => await c.Firewalls.CreateAsync(new() { Name = "web", ApplyTo = [FirewallResource.OfServer(42), FirewallResource.OfLabels("app=shop")] })),
        Post("/ssh_keys", """{"name":"laptop","public_key":"ssh-ed25519 AAAA"}""", async c => await c.SshKeys.CreateAsync("laptop", "ssh-ed25519 AAAA")),

        Put("/servers", """{"name":"web-2"}""", async c => await c.Servers.UpdateAsync(7, "web-2")),
        Put("/volumes", """{"labels":{"app":"shop"}}""", async c => await c.Volumes.UpdateAsync(7, labels: Labels)),
        Put("/networks", """{"expose_routes_to_vswitch":true}""", async c => await c.Networks.UpdateAsync(7, exposeRoutesToVswitch: true)),
        Put("/primary_ips", """{"name":"ip-2","auto_delete":true}""", async c => await c.PrimaryIps.UpdateAsync(7, "ip-2", autoDelete: true)),
        Put("/placement_groups", """{"name":"b"}""", async c => await c.PlacementGroups.UpdateAsync(7, "b")),
        Put("/firewalls", """{"name":"b","labels":{}}""", async c => await c.Firewalls.UpdateAsync(7, "b", new Dictionary<string, string>())),
        Put("/images", """{"description":"golden","type":"snapshot"}""", async c => await c.Images.UpdateAsync(7, "golden", type: "snapshot")),
        Put("/ssh_keys", """{"name":"desk"}""", async c => await c.SshKeys.UpdateAsync(7, "desk")),

        Delete("/servers", async c => await c.Servers.DeleteAsync(7)),
        Delete("/volumes", async c => await c.Volumes.DeleteAsync(7)),
        Delete("/networks", async c => await c.Networks.DeleteAsync(7)),
        Delete("/primary_ips", async c => await c.PrimaryIps.DeleteAsync(7)),
        Delete("/placement_groups", async c => await c.PlacementGroups.DeleteAsync(7)),
        Delete("/firewalls", async c => await c.Firewalls.DeleteAsync(7)),
        Delete("/images", async c => await c.Images.DeleteAsync(7)),
        Delete("/ssh_keys", async c => await c.SshKeys.DeleteAsync(7)),

        Act("/servers", "shutdown", "", async c => await c.Servers.ShutdownAsync(7)),
        Act("/servers", "poweron", "", async c => await c.Servers.PowerOnAsync(7)),
        Act("/servers", "poweroff", "", async c => await c.Servers.PowerOffAsync(7)),
        Act("/servers", "reboot", "", async c => await c.Servers.RebootAsync(7)),
        Act("/servers", "reset", "", async c => await c.Servers.ResetAsync(7)),
        Act("/servers", "reset_password", "", async c => await c.Servers.ResetPasswordAsync(7)),
        Act("/servers", "request_console", "", async c => await c.Servers.RequestConsoleAsync(7)),
        Act("/servers", "enable_rescue", """{"type":"linux64","ssh_keys":[3]}""", async c => await c.Servers.EnableRescueAsync(7, [3])),
        Act("/servers", "disable_rescue", "", async c => await c.Servers.DisableRescueAsync(7)),
        Act("/servers", "rebuild", """{"image":"debian-12","user_data":"#cloud-config\n# planted-user-data\nwrite_files: planted-private-key"}""", async c => await c.Servers.RebuildAsync(7, "debian-12", UserData)),
        Act("/servers", "change_type", """{"server_type":"cx33","upgrade_disk":true}""", async c => await c.Servers.ChangeTypeAsync(7, "cx33", upgradeDisk: true)),
        Act("/servers", "change_protection", """{"delete":true,"rebuild":true}""", async c => await c.Servers.ChangeProtectionAsync(7, isProtected: true)),
        Act("/servers", "change_dns_ptr", """{"ip":"203.0.113.7","dns_ptr":null}""", async c => await c.Servers.ChangeDnsPtrAsync(7, "203.0.113.7", null)),
        Act("/servers", "change_alias_ips", """{"network":4,"alias_ips":[]}""", async c => await c.Servers.ChangeAliasIpsAsync(7, 4, [])),
        Act("/servers", "attach_to_network", """{"network":4,"ip":"10.0.1.2"}""", async c => await c.Servers.AttachToNetworkAsync(7, 4, "10.0.1.2")),
        Act("/servers", "detach_from_network", """{"network":4}""", async c => await c.Servers.DetachFromNetworkAsync(7, 4)),
        Act("/servers", "add_to_placement_group", """{"placement_group":6}""", async c => await c.Servers.AddToPlacementGroupAsync(7, 6)),
        Act("/servers", "remove_from_placement_group", "", async c => await c.Servers.RemoveFromPlacementGroupAsync(7)),
        Act("/servers", "attach_iso", """{"iso":"debian.iso"}""", async c => await c.Servers.AttachIsoAsync(7, "debian.iso")),
        Act("/servers", "detach_iso", "", async c => await c.Servers.DetachIsoAsync(7)),
        Act("/servers", "enable_backup", "", async c => await c.Servers.EnableBackupAsync(7)),
        Act("/servers", "disable_backup", "", async c => await c.Servers.DisableBackupAsync(7)),
        Act("/servers", "create_image", """{"description":"golden","type":"snapshot","labels":{"app":"shop"}}""", async c => await c.Servers.CreateImageAsync(7, "golden", labels: Labels)),
        Act("/volumes", "attach", """{"server":42,"automount":true}""", async c => await c.Volumes.AttachAsync(7, 42, automount: true)),
        Act("/volumes", "detach", "", async c => await c.Volumes.DetachAsync(7)),
        Act("/volumes", "resize", """{"size":20}""", async c => await c.Volumes.ResizeAsync(7, 20)),
        Act("/volumes", "change_protection", """{"delete":true}""", async c => await c.Volumes.ChangeProtectionAsync(7, delete: true)),
        Act("/networks", "add_subnet", """{"type":"cloud","network_zone":"eu-central"}""", async c => await c.Networks.AddSubnetAsync(7, new() { NetworkZone = "eu-central" })),
        Act("/networks", "delete_subnet", """{"ip_range":"10.0.1.0/24"}""", async c => await c.Networks.DeleteSubnetAsync(7, "10.0.1.0/24")),
        Act("/networks", "add_route", """{"destination":"10.1.0.0/24","gateway":"10.0.1.1"}""", async c => await c.Networks.AddRouteAsync(7, new("10.1.0.0/24", "10.0.1.1"))),
        Act("/networks", "delete_route", """{"destination":"10.1.0.0/24","gateway":"10.0.1.1"}""", async c => await c.Networks.DeleteRouteAsync(7, new("10.1.0.0/24", "10.0.1.1"))),
        Act("/networks", "change_ip_range", """{"ip_range":"10.0.0.0/12"}""", async c => await c.Networks.ChangeIpRangeAsync(7, "10.0.0.0/12")),
        Act("/networks", "change_protection", """{"delete":false}""", async c => await c.Networks.ChangeProtectionAsync(7, delete: false)),
        Act("/primary_ips", "assign", """{"assignee_type":"server","assignee_id":42}""", async c => await c.PrimaryIps.AssignAsync(7, 42)),
        Act("/primary_ips", "unassign", "", async c => await c.PrimaryIps.UnassignAsync(7)),
        Act("/primary_ips", "change_dns_ptr", """{"ip":"2001:db8::1","dns_ptr":"a.example"}""", async c => await c.PrimaryIps.ChangeDnsPtrAsync(7, "2001:db8::1", "a.example")),
        Act("/primary_ips", "change_protection", """{"delete":true}""", async c => await c.PrimaryIps.ChangeProtectionAsync(7, delete: true)),
        Act("/images", "change_protection", """{"delete":true}""", async c => await c.Images.ChangeProtectionAsync(7, delete: true)),
        Act("/firewalls", "set_rules", """{"rules":[]}""", async c => await c.Firewalls.SetRulesAsync(7, [])),
        Act("/firewalls", "apply_to_resources", """{"apply_to":[{"type":"server","server":{"id":42}}]}""", async c => await c.Firewalls.ApplyAsync(7, [FirewallResource.OfServer(42)])),
        Act("/firewalls", "remove_from_resources", """{"remove_from":[{"type":"server","server":{"id":42}}]}""", async c => await c.Firewalls.RemoveAsync(7, [FirewallResource.OfServer(42)])),
    ];

    private static IEnumerable<Operation> Resource<T>(
        string resource, Func<HetznerClient, Task<T>> get, Func<HetznerClient, IAsyncEnumerable<T>> list, string query, Func<HetznerClient, ResourceActionsClient>? actions = null)
    {
        yield return Get($"{resource}/{{id}}", "", async c => await get(c));
        yield return Get(resource, $"{query}&page=1&per_page=50", async c => await list(c).ToListAsync());
        if (actions is null)
        {
            yield break;
        }

        var filter = new ActionFilter { Ids = [7], Statuses = ["error"], Sort = ["started"] };
        yield return Get($"{resource}/actions", "?id=7&status=error&sort=started&page=1&per_page=50", async c => await actions(c).ListAsync(filter).ToListAsync());
        yield return Get($"{resource}/actions/{{id}}", "", async c => await actions(c).GetAsync(7));
        yield return Get($"{resource}/{{id}}/actions", "?page=1&per_page=50", async c => await actions(c).ListForAsync(7).ToListAsync());
    }

    private static Operation Get(string route, string query, Func<HetznerClient, Task<object?>> call) => New("GET", route, query, "", call);

    private static Operation Post(string route, string body, Func<HetznerClient, Task<object?>> call) => New("POST", route, "", body, call);

    private static Operation Put(string resource, string body, Func<HetznerClient, Task<object?>> call) => New("PUT", resource + "/{id}", "", body, call);

    private static Operation Delete(string resource, Func<HetznerClient, Task<object?>> call) => New("DELETE", resource + "/{id}", "", "", call);

    private static Operation Act(string resource, string verb, string body, Func<HetznerClient, Task<object?>> call) =>
        New("POST", $"{resource}/{{id}}/actions/{verb}", "", body, call);

    private static Operation New(string method, string route, string query, string body, Func<HetznerClient, Task<object?>> call) =>
        new($"{method} {route}", route.Replace("{id}", "7", StringComparison.Ordinal) + query, body, call);
}
