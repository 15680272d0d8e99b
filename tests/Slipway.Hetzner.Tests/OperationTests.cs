using System.Text.Json;
using Slipway.Testing;
using static Slipway.Hetzner.Tests.Arrange;

namespace Slipway.Hetzner.Tests;

public sealed class OperationTests
{
    /// <summary>One answer that holds what any operation looks for; each takes its own part.</summary>
    internal static string AnyAnswer { get; } = $$$"""
        {"action":{{{Json.Action(1, "any", "success", 100)}}},"actions":[{{{Json.Action(1, "any", "success", 100)}}}],"next_actions":[],
         "server":{{{Json.Server()}}},"servers":[{{{Json.Server()}}}],"volume":{"id":7},"volumes":[{"id":7}],"network":{"id":7},"networks":[{"id":7}],
         "primary_ip":{"id":7},"primary_ips":[{"id":7}],"placement_group":{"id":7},"placement_groups":[{"id":7}],"iso":{"id":7},"isos":[{"id":7}],
         "firewall":{{{Json.Firewall()}}},"firewalls":[{{{Json.Firewall()}}}],"ssh_key":{{{Json.SshKey(7, "laptop", "aa")}}},"ssh_keys":[{{{Json.SshKey(7, "laptop", "aa")}}}],
         "image":{"id":7},"images":[{"id":7}],"location":{{{Json.Location}}},"locations":[{{{Json.Location}}}],
         "server_type":{{{Json.ServerType}}},"server_types":[{{{Json.ServerType}}}],"pricing":{"currency":"EUR"},"metrics":{"step":60},
         "root_password":"planted-root-password","wss_url":"wss://console.example/?token=planted-console-token","password":"planted-vnc-password",
         "meta":{"pagination":{"page":1,"next_page":null}},"new_in_2027":true}
        """;

    [Fact]
    public async Task Every_operation_sends_exactly_what_Hetzners_document_says_and_reads_the_answer()
    {
        foreach (var operation in Operations.All)
        {
            using var arranged = new Arrange(Ok(operation.Method, operation.Path, AnyAnswer) with
            {
                Inspect = (_, body) => SameJson(body, operation.Body).ShouldBeTrue($"{operation} sent {body}"),
            });

            (await operation.Call(arranged.Client)).ShouldNotBeNull(operation.Route);

            arranged.Http.ShouldBeFinished();
        }
    }

    /// <summary>Operations.txt lists the document's operations of these resources, without the deprecated ones.</summary>
    [Fact]
    public void No_operation_of_the_covered_resources_is_missing() =>
        Operations.All.Select(o => o.Route).Order(StringComparer.Ordinal)
            .ShouldBe(File.ReadAllLines(Repository.File("tests", "Slipway.Hetzner.Tests", "Operations.txt")).Order(StringComparer.Ordinal));

    [Fact]
    public async Task A_resource_that_does_not_exist_is_an_answer_where_the_name_of_the_call_says_so()
    {
        static ScriptedExchange Gone(string method, string path) => Refuse(method, path, 404, "not_found");
        static ScriptedExchange None(string resource) => Ok("GET", $"/{resource}?name=a%20b", $$"""{"{{resource}}":[]}""");
        using var arranged = new Arrange(
            Gone("GET", "/volumes/7"), Gone("GET", "/networks/7"), Gone("GET", "/primary_ips/7"), Gone("GET", "/placement_groups/7"),
            Gone("DELETE", "/volumes/7"), Gone("DELETE", "/networks/7"), Gone("DELETE", "/primary_ips/7"), Gone("DELETE", "/placement_groups/7"), Gone("DELETE", "/images/7"),
            None("volumes"), None("networks"), None("primary_ips"), None("placement_groups"), None("isos"));
        var c = arranged.Client;

        object?[] found =
        [
            await c.Volumes.FindAsync(7), await c.Networks.FindAsync(7), await c.PrimaryIps.FindAsync(7), await c.PlacementGroups.FindAsync(7),
        ];
        bool[] deleted =
        [
            await c.Volumes.DeleteAsync(7), await c.Networks.DeleteAsync(7), await c.PrimaryIps.DeleteAsync(7), await c.PlacementGroups.DeleteAsync(7),
            await c.Images.DeleteAsync(7),
        ];
        object?[] named =
        [
            await c.Volumes.FindByNameAsync("a b"), await c.Networks.FindByNameAsync("a b"), await c.PrimaryIps.FindByNameAsync("a b"),
            await c.PlacementGroups.FindByNameAsync("a b"), await c.Isos.FindByNameAsync("a b"),
        ];

        found.Concat(named).ShouldAllBe(f => f == null);
        deleted.ShouldAllBe(d => !d);
        arranged.Http.ShouldBeFinished();
    }

    [Fact]
    public async Task What_is_known_to_be_wrong_is_refused_before_anything_is_sent()
    {
        using var arranged = new Arrange();
        var c = arranged.Client;
        var bad = new Dictionary<string, string> { ["hetzner cloud"] = "x" };

        (await Should.ThrowAsync<ArgumentException>(() => c.Volumes.CreateAsync(new() { Name = "a", Size = 10 }))).Message.ShouldContain("either a location or a server");
        await Should.ThrowAsync<ArgumentException>(() => c.Volumes.CreateAsync(new() { Name = "a", Size = 10, Location = "nbg1", Server = 7 }));
        await Should.ThrowAsync<ArgumentException>(() => c.Networks.UpdateAsync(7, labels: bad));
        await Should.ThrowAsync<ArgumentException>(() => c.PrimaryIps.CreateAsync(new() { Name = " ", Type = "ipv4" }));
        await Should.ThrowAsync<ArgumentException>(() => c.Servers.GetMetricsAsync(7, [], DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddDays(1)));
        await Should.ThrowAsync<ArgumentException>(() => c.Servers.GetMetricsAsync(7, ["cpu"], DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch));
        (await Should.ThrowAsync<ArgumentException>(() => c.SshKeys.CreateAsync("laptop", "-----BEGIN OPENSSH PRIVATE KEY-----\nplanted")))
            .ToString().ShouldNotContain("planted");

        arranged.Http.Requests.ShouldBeEmpty();
    }

    private static bool SameJson(string sent, string expected) => sent.Length == 0 || expected.Length == 0
        ? sent == expected
        : JsonElement.DeepEquals(JsonDocument.Parse(sent).RootElement, JsonDocument.Parse(expected).RootElement);
}
