using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Slipway.Client;
using Slipway.LocalCloud;

namespace Slipway.EndToEnd;

/// <summary>A server process that is killed with -9 in the middle of an order.</summary>
public sealed class KilledServerTests
{
    [Fact]
    public async Task A_server_killed_while_a_machine_boots_goes_on_at_its_next_start_and_makes_no_second_machine()
    {
        await using var cloud = await LocalCloudHost.StartAsync(new LocalCloudOptions { Urls = "http://127.0.0.1:0", BootTime = TimeSpan.FromSeconds(3) });
        using var server = new ServerProcess(cloud.BaseUrl);
        await server.StartAsync();
        var agent = await server.Client!.Agents.CreateAsync(new CreateAgentRequest
        {
            Blueprint = "hello",
            Secrets = new Dictionary<string, string> { ["GREETING_TOKEN"] = "planted-secret-0123456789abcdef" },
            WithoutPayment = true,
        });
        await FollowAsync(server.Client, agent.Operation!, until: e => e is OperationProgress { Entry: { Step: "create-server", Kind: "done" } });

        await server.KillAsync();
        await server.StartAsync();

        var end = (OperationFinished)await FollowAsync(server.Client, agent.Operation!, until: e => e is OperationFinished);
        end.Operation.Status.ShouldBe("succeeded", end.Operation.Error);
        (await ServersAsync(cloud)).ShouldBe(1);
        var destroy = await server.Client.Agents.DestroyAsync(agent.Id);
        await FollowAsync(server.Client, destroy.Agent.Operation!, until: e => e is OperationFinished);
        (await ServersAsync(cloud)).ShouldBe(0);
    }

    private static async Task<OperationEvent> FollowAsync(SlipwayClient client, string operation, Func<OperationEvent, bool> until)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await foreach (var happened in client.Operations.FollowAsync(operation, cancellationToken: limit.Token))
        {
            if (until(happened))
            {
                return happened;
            }
        }

        throw new InvalidOperationException($"The events of {operation} ended before what was waited for.");
    }

    private static async Task<int> ServersAsync(LocalCloudHost cloud)
    {
        using var http = new HttpClient { BaseAddress = cloud.BaseUrl };
        var inventory = await http.GetFromJsonAsync<JsonObject>("_local/inventory");
        return inventory!["servers"]!["count"]!.GetValue<int>();
    }
}
