using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Slipway.Alerts;

namespace Slipway.Simulations;

/// <summary>One way to break a world in which an agent runs, and what the checker must say about it.</summary>
internal sealed record Breakage(string Words, Action<World, string> Break)
{
    private const string PublicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJvKpt1xKmyTzHlSqzzZ4Qj1zqf0tV0lVtZ1dG5Cm0aX";

    public static IReadOnlyDictionary<string, Breakage> All { get; } = new Dictionary<string, Breakage>(StringComparer.Ordinal)
    {
        ["a second server of the agent's"] = new("has 2 servers", (world, agent) => MakeServer(world, agent)),
        ["a server of ours that no row knows"] = new("server left-over has no row", (world, _) => MakeServer(world, "agt_other")),
        ["an SSH key"] = new("SSH keys are left", (world, _) => world.AskHetzner("POST", "ssh_keys", new() { ["name"] = "left", ["public_key"] = PublicKey })),
        ["a volume"] = new("volumes are left", (world, _) => world.AskHetzner("POST", "volumes", new() { ["name"] = "left", ["size"] = 10, ["location"] = "fsn1" })),
        ["a snapshot"] = new("has no row", (world, _) => world.AskHetzner("POST", $"servers/{ServerOf(world)}/actions/create_image", new() { ["description"] = "left" })),
        ["a server of another type"] = new("of another type than its row says", (world, _) => world.Write("UPDATE machines SET server_type = 'cx33'")),
        ["a primary IP"] = new("primary IP left is left", (world, _) => world.AskHetzner(
            "POST", "primary_ips", new() { ["name"] = "left", ["type"] = "ipv4", ["assignee_type"] = "server", ["location"] = "fsn1" })),
        ["a second firewall"] = new("2 firewalls are left", (world, _) => world.AskHetzner("POST", "firewalls", new() { ["name"] = "left" })),
        ["an auth key that still works"] = new("auth keys are left", (world, _) => world.AskTailscale("POST", "keys", AuthKey())),
        ["a device whose machine is gone"] = new("has no row", (world, _) => world.Write("UPDATE machines SET status = 'gone'")),
        ["a failed agent whose server costs money"] = new("its server still costs money", (world, _) => world.Write("UPDATE agents SET status = 'Error'")),
        ["a closed agent whose server costs money"] = new("its server still costs money", (world, _) => world.Write("UPDATE agents SET status = 'Closed', wanted = 'Destroyed'")),
        ["a closed agent whose secrets are kept"] = new("its secrets are kept", (world, _) => world.Write("UPDATE agents SET status = 'Closed', wanted = 'Destroyed'")),
        ["an auth key that is kept"] = new(
            "the auth key of", (world, agent) => world.Write($"INSERT INTO secrets (owner, name, ciphertext, updated_at) VALUES ('{agent}', 'tailscale-auth-key', 'x', 1)")),
        ["a server switched off"] = new("its server is not running", (world, agent) => world.AskHetzner("POST", $"servers/{ServerOf(world)}/actions/poweroff")),
        ["another server than the row says"] = new("has another server than its row says", (world, _) => world.Write("UPDATE machines SET server_id = 1")),
        ["an agent that is not well"] = new("its agent is not well", (world, _) => world.Side("POST", "faults", new() { ["kind"] = "ssh_refuses", ["times"] = 0 })),
        ["a wish that nobody follows"] = new("is wanted Stopped and is Active", (world, _) => world.Write("UPDATE agents SET wanted = 'Stopped'")),
        ["an operation that never ends"] = new("never ends", (world, _) => world.Write("UPDATE operations SET result = NULL, finished_at = NULL")),
        ["an operation finished and due"] = new("is finished and due", (world, _) => world.Write("UPDATE operations SET due_at = 1")),
        ["a timeline with a gap"] = new("has a gap", (world, _) => world.Write("DELETE FROM timeline WHERE sequence = 2")),
        ["a timeline that goes back"] = new("goes back", (world, _) => world.Write("UPDATE timeline SET at = 1 WHERE sequence = 2")),
        ["a step that was done twice"] = new("was done twice", (world, _) => world.Write(
            "INSERT INTO timeline (operation_id, sequence, at, step, kind) SELECT operation_id, sequence + 1, at, step, kind FROM timeline WHERE kind = 'done' ORDER BY sequence DESC LIMIT 1")),
        ["an agent paid for and not wanted"] = new("was paid for and is not wanted", (world, _) => world.Write("UPDATE agents SET wanted = 'Nothing'")),
        ["an agent paid for, failed, and nobody is told"] = new("and nobody is told", (world, _) => world.Write("UPDATE agents SET status = 'Error'")),
        ["an agent that outlives its subscription"] = new("ended and it is Active", (world, _) => world.Write("UPDATE subscriptions SET status = 'ended'")),
        ["an alert about nothing"] = new("is open though all is well", (world, agent) => world.Run(() => world.Desk.Database.WriteAsync(t =>
            world.Desk.Get<AlertStore>().RaiseAsync(t, new AlertReport("stuck:op_1", AlertSeverity.Critical, agent, "nothing", "nothing"))))),
        ["a secret in a row"] = new("a row of agents shows a secret", (world, _) => world.Write($"UPDATE agents SET error = 'found {Fixtures.CustomerSecret}'")),
        ["a secret in the log"] = new("a log line shows a secret", (world, _) => Tell(world.Nodes[0], Fixtures.TailscaleSecret)),
        ["a secret in a request"] = new("shows a secret", (world, _) => Send(world, new HttpRequestMessage(HttpMethod.Get, "http://127.0.0.1:8700/v1/servers?name=" + Fixtures.CustomerSecret))),
        ["the customer's secret in user_data"] = new("carries the customer's secret", (world, _) => Send(
            world, new HttpRequestMessage(HttpMethod.Post, "http://127.0.0.1:8700/v1/servers") { Content = new StringContent(Fixtures.CustomerSecret) })),
    };

    private static void MakeServer(World world, string agent) => world.AskHetzner("POST", "servers", new()
    {
        ["name"] = "left-over",
        ["server_type"] = "cx23",
        ["image"] = "debian-12",
        ["location"] = "fsn1",
        ["labels"] = new JsonObject { ["managed-by"] = "slipway", ["slipway-agent"] = agent },
    });

    private static long ServerOf(World world) => world.Query<long>("SELECT server_id FROM machines")[0];

    private static JsonObject AuthKey() => new()
    {
        ["description"] = "left",
        ["expirySeconds"] = 86400,
        ["capabilities"] = new JsonObject
        {
            ["devices"] = new JsonObject
            {
                ["create"] = new JsonObject { ["reusable"] = false, ["ephemeral"] = false, ["preauthorized"] = true, ["tags"] = new JsonArray("tag:agent") },
            },
        },
    };

    private static void Tell(Node node, string secret)
    {
        var log = node.Get<ILoggerFactory>().CreateLogger("Slipway");
        log.Log(LogLevel.Debug, 0, secret, null, (state, _) => state);
    }

    private static void Send(World world, HttpRequestMessage request)
    {
        using var invoker = new HttpMessageInvoker(world.Nodes[0].Get<HttpMessageHandler>(), disposeHandler: false);
        using (request)
        {
            using var answer = world.Run(() => invoker.SendAsync(request, CancellationToken.None));
        }
    }
}
