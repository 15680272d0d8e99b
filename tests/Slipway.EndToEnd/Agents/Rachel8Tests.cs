using System.Diagnostics;

namespace Slipway.EndToEnd.Agents;

/// <summary>The blueprint rachel8 as it is shipped, on a real machine with the real Bun and the real Claude Code; only the internet is a stand-in.</summary>
[Collection(RealAgents.Name)]
public sealed class Rachel8Tests(RealStack stack)
{
    private const string Key = "sk-ant-planted-key-of-these-tests-0001";

    private static readonly Dictionary<string, string> Secrets = new(StringComparer.Ordinal)
    {
        ["TELEGRAM_BOT_TOKEN"] = Telegram.Token,
        ["OWNER_TELEGRAM_USER_ID"] = "987654321",
        ["ANTHROPIC_API_KEY"] = Key,
        ["CLAUDE_ACCESS_TOKEN"] = "sk-ant-oat01-planted-access-token",
        ["CLAUDE_REFRESH_TOKEN"] = "sk-ant-ort01-planted-refresh-token",
        ["CLAUDE_EXPIRES_AT"] = "1900000000000",
        ["CLAUDE_SCOPES"] = """["user:inference", "user:profile"]""",
    };

    [Fact]
    public async Task C3_C7_S2_S3_an_assistant_answers_through_Claude_Code_survives_a_reboot_and_crashes_and_waits_for_its_secrets()
    {
        var agent = await stack.ProvisionAsync("rachel8", Secrets);
        var machine = RealStack.Inside(agent);
        var telegram = stack.Outside.Telegram;
        await telegram.AwaitStartAsync();

        await ItHasWhatWasOrdered(machine, telegram);
        await ItsSecretsAreWhereTheyBelong(machine);
        (await Security.ScoreAsync(machine, "rachel8")).ShouldBeLessThan(4);
        await ItStartsByItselfAfterAReboot(machine, telegram);
        await ItStartsAgainLaterAndLaterWhenItCrashes(machine, telegram);
        await ItDoesNotStartWithoutItsSecrets(machine, telegram);
        stack.Outside.Unexpected.ShouldBeEmpty();

        await stack.FinishAsync((await stack.Client.Agents.DestroyAsync(agent.Id)).Agent.Operation!);
    }

    private async Task ItHasWhatWasOrdered(RealMachine machine, Telegram telegram)
    {
        (await telegram.AskAsync("/versions")).ShouldMatch(@"^bun 1\.4\.\d+, claude 2\.\d+\.\d+ \(Claude Code\)$");
        (await telegram.AskAsync("/environment")).ShouldBe("NODE_ENV=production LOG_LEVEL=info AI_PROVIDER=claudecode SHARED_FOLDER_PATH=/home/agent/shared");
        (await telegram.AskAsync("Good morning")).ShouldBe(ClaudeApi.Answer);
        stack.Outside.Keys.ShouldNotBeEmpty();
        stack.Outside.Keys.ShouldAllBe(key => key == Key);
        (await telegram.AskAsync("/metadata")).ShouldStartWith("curl: ");
        (await machine.RunAsync("curl -sS -m 5 -o /dev/null -w '%{http_code}' http://169.254.169.254/hetzner/v1/userdata")).ShouldBe("200");
        (await machine.RunAsync("gh --version | head -1; runuser -u agent -- git -C /home/agent/rachel8 log --format=%s")).ShouldMatch(@"^gh version .*\nassistant$");
        (await machine.RunAsync("runuser -u agent -- env HOME=/home/agent /home/agent/.local/bin/claude auth status")).ShouldContain("\"storedClaudeAiLogin\": true");
    }

    private static async Task ItsSecretsAreWhereTheyBelong(RealMachine machine)
    {
        (await machine.RunAsync("stat -c '%a %U:%G %n' /home/agent/rachel8/.env /home/agent/.claude/.credentials.json /home/agent/.claude /home/agent/shared")).ShouldBe("""
            600 agent:agent /home/agent/rachel8/.env
            600 agent:agent /home/agent/.claude/.credentials.json
            700 agent:agent /home/agent/.claude
            700 agent:agent /home/agent/shared
            """);
        (await machine.RunAsync("grep -c . /home/agent/rachel8/.env; grep ^TELEGRAM_BOT_TOKEN= /home/agent/rachel8/.env")).ShouldBe($"7\nTELEGRAM_BOT_TOKEN={Telegram.Token}");

        // The key is on the disk in no readable form, not in the unit, and not in what any user may ask systemd for.
        (await machine.RunAsync("stat -c '%a %U:%G' /etc/credstore.encrypted/rachel8.anthropic_api_key")).ShouldBe("600 root:root");
        (await machine.TryAsync($"grep -rlF {Key} /etc /home /var /root /opt /tmp")).Output.ShouldBeEmpty();
        (await machine.RunAsync("systemctl show rachel8")).ShouldNotContain(Key);
        (await machine.RunAsync("systemctl is-enabled rachel8; systemctl show -P KillMode rachel8; systemctl show -P Restart rachel8; systemctl show -P TimeoutStopUSec rachel8")).ShouldBe("enabled\nmixed\nalways\n10s");
    }

    private static async Task ItStartsByItselfAfterAReboot(RealMachine machine, Telegram telegram)
    {
        var boot = await machine.RunAsync("cat /proc/sys/kernel/random/boot_id; stat -c %Y /run/systemd/system");
        await machine.TryAsync("systemctl reboot");

        await telegram.AwaitStartAsync();

        (await machine.RunAsync("cat /proc/sys/kernel/random/boot_id; stat -c %Y /run/systemd/system")).ShouldNotBe(boot);
        (await telegram.AskAsync("Good evening")).ShouldBe(ClaudeApi.Answer);
        (await telegram.AskAsync("/metadata")).ShouldStartWith("curl: ");
    }

    private static async Task ItStartsAgainLaterAndLaterWhenItCrashes(RealMachine machine, Telegram telegram)
    {
        // As the unit says: 5 s, and then 12 times as long in five equal steps. A slow computer takes longer, never shorter.
        foreach (var delay in (double[])[5, 5 * Math.Pow(12, 1.0 / 5)])
        {
            var since = Stopwatch.GetTimestamp();
            telegram.Say("/crash");
            await telegram.AwaitStartAsync();
            Stopwatch.GetElapsedTime(since).TotalSeconds.ShouldBeGreaterThan(delay);
        }

        (await machine.RunAsync("systemctl show -P NRestarts rachel8")).ShouldBe("2");
    }

    private static async Task ItDoesNotStartWithoutItsSecrets(RealMachine machine, Telegram telegram)
    {
        await machine.RunAsync("mv /home/agent/rachel8/.env /root/kept && systemctl restart rachel8");
        (await machine.RunAsync("systemctl show -P ActiveState rachel8; systemctl show -P ConditionResult rachel8")).ShouldBe("inactive\nno");

        await machine.RunAsync("mv /root/kept /home/agent/rachel8/.env && systemctl start rachel8");
        await telegram.AwaitStartAsync();
    }
}
