namespace Slipway.EndToEnd.Agents;

/// <summary>The blueprint claude-code as it is shipped, with the real Claude Code and a stand-in for its API.</summary>
[Collection(RealAgents.Name)]
public sealed class ClaudeCodeTests(RealStack stack)
{
    private const string Key = "sk-ant-planted-key-of-claude-code-0001";

    [Fact]
    public async Task C3_C6_Claude_Code_works_off_a_task_and_its_key_is_in_memory_only()
    {
        var agent = await stack.ProvisionAsync("claude-code", new Dictionary<string, string>(StringComparer.Ordinal) { ["ANTHROPIC_API_KEY"] = Key });
        var machine = RealStack.Inside(agent);
        var before = stack.Outside.Keys.Count;

        await machine.RunAsync("runuser -u agent -- bash -c 'echo Good morning > /home/agent/tasks/.new; mv /home/agent/tasks/.new /home/agent/tasks/first.task'");
        await machine.EventuallyAsync("test -e /home/agent/tasks/first.done");

        (await machine.RunAsync("cat /home/agent/tasks/first.answer")).ShouldBe(ClaudeApi.Answer);
        stack.Outside.Keys.Skip(before).ShouldNotBeEmpty();
        stack.Outside.Keys.Skip(before).ShouldAllBe(key => key == Key);
        // The brackets keep the search from finding itself.
        (await machine.TryAsync($"grep -rlE '[{Key[0]}]{Key[1..]}' /etc /home /var /root /opt /tmp /proc/[0-9]*/environ /proc/[0-9]*/cmdline")).Output.ShouldBeEmpty();
        (await Security.ScoreAsync(machine, "claude-code")).ShouldBeLessThan(4);

        await stack.FinishAsync((await stack.Client.Agents.DestroyAsync(agent.Id)).Agent.Operation!);
    }
}
