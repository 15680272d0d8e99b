using Slipway.Client;

namespace Slipway.EndToEnd.Agents;

/// <summary>What an operator has done to a real machine: another size, a new disk.</summary>
[Collection(RealAgents.Name)]
public sealed class MaintenanceTests(RealStack stack)
{
    private const string Token = "planted-greeting-token-0123456789";

    [Fact]
    public async Task H4_S5_a_machine_is_resized_with_its_disk_and_rebuilt_without_it()
    {
        var agent = await stack.ProvisionAsync("hello", new Dictionary<string, string>(StringComparer.Ordinal) { ["GREETING_TOKEN"] = Token });
        await RealStack.Inside(agent).RunAsync("echo kept >/root/mark; sync");

        await stack.FinishAsync((await stack.Client.Agents.ResizeAsync(agent.Id, new ResizeAgentRequest { ServerType = "cx33" })).Agent.Operation!);
        var resized = await stack.Client.Agents.GetAsync(agent.Id);

        (resized.Machine!.ServerType, resized.Machine.HostKeyFingerprint).ShouldBe(("cx33", agent.Machine!.HostKeyFingerprint));
        (await RealStack.Inside(agent).RunAsync("cat /root/mark; systemctl is-active hello-agent")).ShouldBe("kept\nactive");

        await stack.FinishAsync((await stack.Client.Agents.RebuildAsync(agent.Id)).Agent.Operation!);
        var rebuilt = await stack.Client.Agents.GetAsync(agent.Id);

        (rebuilt.Machine!.ServerId, rebuilt.Machine.Ipv4, rebuilt.Machine.ServerType).ShouldBe((agent.Machine.ServerId, agent.Machine.Ipv4, "cx33"));
        rebuilt.Machine.HostKeyFingerprint.ShouldNotBe(agent.Machine.HostKeyFingerprint);
        rebuilt.Machine.TailscaleNodeId.ShouldNotBe(agent.Machine.TailscaleNodeId);
        (await RealStack.Inside(agent).RunAsync("test -e /root/mark || echo new; systemctl is-active hello-agent")).ShouldBe("new\nactive");
        (await RealStack.Inside(agent).RunAsync("test -s /etc/credstore.encrypted/hello-agent.greeting_token && echo placed")).ShouldBe("placed");

        await stack.FinishAsync((await stack.Client.Agents.DestroyAsync(agent.Id)).Agent.Operation!);
    }
}
