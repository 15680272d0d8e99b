using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Slipway.Agents;
using Slipway.Agents.Rollouts;
using Slipway.Blueprints;
using Slipway.Payments;
using Slipway.Secrets;

namespace Slipway.Simulations;

/// <summary>The outside: customers who order, Stripe that delivers until it is answered, operators who repeat what got no answer.</summary>
internal sealed class Shop(World world)
{
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan MuchLater = TimeSpan.FromMinutes(5);
    private const int Eager = 50;
    private int _lastEvent;

    public List<string> Agents { get; } = [];

    /// <summary>What was told so far, for telling it again.</summary>
    public List<string> Events { get; } = [];

    /// <summary>Wishes and deliveries that got no answer yet.</summary>
    public int Open { get; private set; }

    public string Order()
    {
        var node = world.Desk;
        var agent = world.Run(() => node.Database.WriteAsync(t => node.Agents.OrderAsync(
            t, world.ByWorkflow ? Fixtures.WorkflowBlueprint : Fixtures.Blueprint, "test", null, new Dictionary<string, Secret> { ["TOKEN"] = new(Fixtures.CustomerSecret) })));
        Agents.Add(agent.Id);
        return agent.Id;
    }

    public void Pay(string agent)
    {
        world.Stripe.Pay(agent);
        Deliver(Event("checkout.session.completed", new JsonObject { ["id"] = "cs_" + agent, ["subscription"] = WorldStripe.Id(agent) }));
    }

    public void Cancel(string agent)
    {
        world.Stripe.Cancel(agent);
        Deliver(Event("customer.subscription.deleted", new JsonObject { ["id"] = WorldStripe.Id(agent) }));
    }

    public void Grant(string agent) => Wish("grant", agent, (lifecycle, t) => lifecycle.GrantAsync(t, agent));

    public void Stop(string agent) => Wish("stop", agent, (lifecycle, t) => lifecycle.StopAsync(t, agent));

    public void Start(string agent) => Wish("start", agent, (lifecycle, t) => lifecycle.StartAsync(t, agent));

    public void Destroy(string agent) => Wish("destroy", agent, (lifecycle, t) => lifecycle.DestroyAsync(t, agent));

    public void Retry(string agent) => Wish("retry", agent, (lifecycle, t) => lifecycle.RetryAsync(t, agent));

    public void ChangeSecrets(string agent, string token) => Wish(
        "change secrets", agent, (lifecycle, t) => lifecycle.ChangeSecretsAsync(t, agent, new Dictionary<string, Secret> { ["TOKEN"] = new(token) }));

    public void Snapshot(string agent) => Wish("snapshot", agent, (node, t) => node.Get<AgentMaintenance>().SnapshotAsync(t, agent, new SnapshotOrder { Description = "a copy" }));

    public void Resize(string agent, string type) => Wish("resize", agent, (node, t) => node.Get<AgentMaintenance>().ResizeAsync(t, agent, type, upgradeDisk: false));

    public void Rebuild(string agent) => Wish("rebuild", agent, (node, t) => node.Get<AgentMaintenance>().RebuildAsync(t, agent));

    public void Update(string agent, Blueprint version) => Persist("update", async node =>
    {
        var result = await node.Database.WriteAsync(t => node.Get<AgentUpdates>().BeginAsync(t, agent, version, new Dictionary<string, Secret>()));
        world.Note(node.Name, $"update {agent} {result.Outcome}");
        return true;
    });

    /// <summary>One agent first, then two at a time.</summary>
    public void RollOut(Blueprint version) => Persist("roll out", async node =>
    {
        var (desk, request) = (node.Get<RolloutDesk>(), new RolloutRequest(version, AtOnce: 2));
        var members = await desk.PlanAsync(request, CancellationToken.None);
        var start = await node.Database.WriteAsync(t => desk.BeginAsync(t, request, members));
        world.Note(node.Name, $"roll out {start.Rollout?.Id ?? start.Code}");
        return true;
    });

    /// <summary>Stripe delivers the same event, signed anew, until somebody says that it has it.</summary>
    public void Deliver(string body) => Persist("webhook", async node =>
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        var seconds = world.Clock.Now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(
            Encoding.UTF8.GetBytes(Fixtures.WebhookSecret), Encoding.UTF8.GetBytes($"{seconds}.{body}")));
        var result = await node.Get<StripeWebhook>().HandleAsync(bytes, $"t={seconds},v1={signature}");
        world.Note(node.Name, $"webhook {result.Outcome}");
        return result.Outcome is WebhookOutcome.Handled or WebhookOutcome.Duplicate or WebhookOutcome.Ignored;
    });

    private void Wish(string verb, string agent, Func<AgentLifecycle, Storage.Transaction, Task<WishResult>> wish) =>
        Wish(verb, agent, (Node node, Storage.Transaction t) => wish(node.Agents, t));

    private void Wish(string verb, string agent, Func<Node, Storage.Transaction, Task<WishResult>> wish) => Persist(verb, async node =>
    {
        var result = await node.Database.WriteAsync(t => wish(node, t));
        world.Note(node.Name, $"{verb} {agent} {result.Outcome}");
        return true;
    });

    private void Persist(string what, Func<Node, Task<bool>> ask)
    {
        Open++;
        _ = world.Pump.Start(async () =>
        {
            for (var attempt = 1; !await TryAsync(what, ask); attempt++)
            {
                await Task.Delay(attempt < Eager ? Again : MuchLater, world.Clock);
            }

            Open--;
        });
        world.Pump.Drain();
    }

    private async Task<bool> TryAsync(string what, Func<Node, Task<bool>> ask)
    {
        if (world.AnyNode() is not { } node)
        {
            return false;
        }

        try
        {
            return await node.CallAsync(() => ask(node));
        }
        catch (Exception e) when (e is NodeDiedException or System.Data.Common.DbException)
        {
            world.Note("outside", $"{what} got no answer: {e.Message}");
            return false;
        }
    }

    private string Event(string type, JsonObject subject)
    {
        var body = new JsonObject
        {
            ["id"] = string.Create(CultureInfo.InvariantCulture, $"evt_{++_lastEvent}"),
            ["type"] = type,
            ["data"] = new JsonObject { ["object"] = subject },
        }.ToJsonString();
        Events.Add(body);
        return body;
    }
}
