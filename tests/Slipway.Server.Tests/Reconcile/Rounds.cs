using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Client;
using Slipway.Machines;
using Slipway.Server.Tests.Support;

namespace Slipway.Server.Tests.Reconcile;

/// <summary>What operators, and strangers with Hetzner's console, do, in one line each.</summary>
internal static class Rounds
{
    public const string Mark = "slipway-quarantined-at";

    public static readonly TimeSpan Grace = TimeSpan.FromHours(24);

    /// <summary>As old as a resource has to be before anything is concluded from it.</summary>
    public static readonly TimeSpan OldEnough = TimeSpan.FromMinutes(11);

    /// <summary>So long between two rounds, that the second confirms what the first saw.</summary>
    public static readonly TimeSpan Lasting = TimeSpan.FromSeconds(61);

    public static async Task<IReadOnlyList<ReconcileFinding>> RoundAsync(this TestSystem system, bool dryRun = false, bool acceptMissing = false)
    {
        var report = await system.Client.Reconcile.RunAsync(dryRun, acceptMissing);
        report.Unread.ShouldBeEmpty();
        return report.Findings;
    }

    /// <summary>Two rounds with as much between them as it takes to believe the first.</summary>
    public static async Task<ReconcileFinding> ConfirmedAsync(this TestSystem system, string agent, bool acceptMissing = false)
    {
        (await system.RoundAsync()).Of(agent).Action.ShouldContain("first time");
        system.Clock.Leap(Lasting);
        return (await system.RoundAsync(acceptMissing: acceptMissing)).Of(agent);
    }

    public static ReconcileFinding Of(this IReadOnlyList<ReconcileFinding> findings, string id) => findings.Where(f => f.Id == id).ShouldHaveSingleItem();

    /// <summary>The operation that a finding's action names.</summary>
    public static string Operation(this ReconcileFinding finding) => finding.Action.Split(' ')[^1];

    public static Task<string> ControlPlaneAsync(this TestSystem system) => system.Services.GetRequiredService<ControlPlane>().GetIdAsync();

    /// <summary>Labels as ours, of an agent that no row knows.</summary>
    public static async Task<JsonObject> OursAsync(this TestSystem system) => new()
    {
        ["managed-by"] = "slipway",
        ["slipway-control-plane"] = await system.ControlPlaneAsync(),
        ["slipway-agent"] = "agt-forgotten",
        ["slipway-operation"] = "op-forgotten",
    };

    /// <summary>A server that appears without any row of ours.</summary>
    public static async Task<string> PlantServerAsync(this TestSystem system, JsonObject? labels, string name = "agt-forgotten")
    {
        var body = new JsonObject { ["name"] = name, ["server_type"] = "cx23", ["image"] = "debian-12", ["location"] = "fsn1", ["labels"] = labels };
        var made = (await system.Cloud.HetznerAsync(HttpMethod.Post, "servers", body))["server"]!;
        return made["id"]!.ToString();
    }

    public static async Task<string> PlantAsync(this TestSystem system, string path, string property, JsonObject body)
    {
        var answer = await system.Cloud.HetznerAsync(HttpMethod.Post, path, body);
        return answer[property]?["id"]?.ToString() ?? throw new InvalidOperationException(answer.ToJsonString());
    }

    public static async Task<JsonObject> LabelsAsync(this TestSystem system, string path, string property) =>
        (await system.Cloud.HetznerAsync(HttpMethod.Get, path))[property]!["labels"]!.AsObject();

    /// <summary>Presses a button of Hetzner's console and waits until it has worked.</summary>
    public static async Task ActAsync(this TestSystem system, long server, string verb, JsonObject? body, Func<JsonNode, bool> done)
    {
        var answer = await system.Cloud.HetznerAsync(HttpMethod.Post, $"servers/{server}/actions/{verb}", body);
        answer["error"].ShouldBeNull(answer.ToJsonString());
        await Eventually.BecomesAsync(
            () => system.Cloud.HetznerAsync(HttpMethod.Get, $"servers/{server}"), s => done(s["server"]!) && !(bool)s["server"]!["locked"]!, $"{verb} has worked",
            () => system.Clock.Leap(TimeSpan.FromSeconds(1)));
    }

    public static Task PowerOffAsync(this TestSystem system, long server) => system.ActAsync(server, "poweroff", null, s => (string?)s["status"] == "off");
}
