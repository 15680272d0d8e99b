namespace Slipway.EndToEnd.Agents;

/// <summary>The blueprint openclaw as it is shipped, on a real machine with the real OpenClaw and a real Node.js; only its installer is a stand-in.</summary>
[Collection(RealAgents.Name)]
public sealed class OpenClawTests(RealStack stack)
{
    private const string Key = "sk-ant-planted-key-of-openclaw-0001";
    private const string Token = "planted-gateway-token-of-openclaw-0001";
    private const string Gateway = "http://127.0.0.1:18789";

    [Fact]
    public async Task C3_C6_S3_the_gateway_listens_on_loopback_wants_its_token_and_its_secrets_are_in_memory_only()
    {
        var agent = await stack.ProvisionAsync("openclaw", new Dictionary<string, string>(StringComparer.Ordinal) { ["ANTHROPIC_API_KEY"] = Key, ["OPENCLAW_GATEWAY_TOKEN"] = Token });
        var machine = RealStack.Inside(agent);

        (await machine.RunAsync($"curl -sS {Gateway}/healthz")).ShouldBe("""{"ok":true,"status":"live"}""");
        (await machine.RunAsync("ss -Hltn 'sport = :18789' | awk '{ print $4 }' | sort")).ShouldBeOneOf("127.0.0.1:18789", "127.0.0.1:18789\n[::1]:18789");
        var ask = $"curl -sS -o /dev/null -w '%{{http_code}}' -H 'content-type: application/json' -d '{{\"tool\":\"sessions_list\",\"args\":{{}}}}' {Gateway}/tools/invoke";
        (await machine.RunAsync(ask)).ShouldBe("401");
        (await machine.RunAsync($"{ask} -H 'authorization: Bearer {Token}'")).ShouldBe("200");

        (await machine.RunAsync("readlink /opt/openclaw; stat -c '%U %a' /opt/openclaw-2026.9.6/bin/openclaw /home/agent/.openclaw")).ShouldBe("/opt/openclaw-2026.9.6\nroot 755\nagent 700");
        // The brackets keep the search from finding itself.
        (await machine.TryAsync($"grep -rlE '[{Key[0]}]{Key[1..]}|[{Token[0]}]{Token[1..]}' /etc /home /var /root /tmp /proc/[0-9]*/cmdline")).Output.ShouldBeEmpty();
        (await machine.TryAsync("nsenter --target $(systemctl show -P MainPID openclaw) --mount -- setpriv --reuid=agent --regid=agent --init-groups -- curl -sS -m 5 http://169.254.169.254/hetzner/v1/userdata")).Code.ShouldNotBe(0);
        (await Security.ScoreAsync(machine, "openclaw")).ShouldBeLessThan(4);

        await stack.FinishAsync((await stack.Client.Agents.DestroyAsync(agent.Id)).Agent.Operation!);
    }
}
