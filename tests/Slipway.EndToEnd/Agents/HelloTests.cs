using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Slipway.EndToEnd.Agents;

/// <summary>The smallest blueprint, shut in as far as a program that only answers can be.</summary>
[Collection(RealAgents.Name)]
public sealed class HelloTests(RealStack stack)
{
    private const string Token = "planted-greeting-token-0123456789";

    [Fact]
    public async Task S3_C6_the_agent_proves_its_token_which_nobody_else_can_read_and_waits_for_it()
    {
        var agent = await stack.ProvisionAsync("hello", new Dictionary<string, string>(StringComparer.Ordinal) { ["GREETING_TOKEN"] = Token });
        var machine = RealStack.Inside(agent);

        using var answer = JsonDocument.Parse(await machine.RunAsync("curl -sS http://127.0.0.1:8080/health"));

        answer.RootElement.GetProperty("token_proof").GetString().ShouldBe(
            Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Token), "slipway hello"u8))[..16]);
        (await Security.ScoreAsync(machine, "hello-agent")).ShouldBeLessThan(2);
        (await machine.TryAsync("runuser -u nobody -- cat /run/credentials/hello-agent.service/greeting_token /etc/credstore.encrypted/hello-agent.greeting_token")).Output.ShouldBeEmpty();

        await machine.RunAsync("mv /etc/credstore.encrypted/hello-agent.greeting_token /root/kept && systemctl restart hello-agent");
        (await machine.RunAsync("systemctl show -P ActiveState hello-agent; systemctl show -P ConditionResult hello-agent")).ShouldBe("inactive\nno");

        await stack.FinishAsync((await stack.Client.Agents.DestroyAsync(agent.Id)).Agent.Operation!);
    }
}
