using System.Net;
using System.Text;
using Slipway.Server.Tests.Support;

namespace Slipway.Server.Tests;

/// <summary>What machines say of themselves, and what happens when they do not.</summary>
public sealed class PhoneHomeTests
{
    private const string HostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJbKn0R3cI4Xl5TQbJ6uVw1s7sIYbOnJqWxq9l6nV2aX";
    private const string OtherHostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB";

    [Theory]
    [InlineData("/callbacks")]
    [InlineData("/callbacks/phone-home")]
    public async Task T22_C4_A_machine_whose_phone_home_is_lost_is_asked_and_proves_who_it_is(string lost)
    {
        await using var system = await TestSystem.StartAsync(new Dictionary<string, string> { ["Machines:AskAfter"] = "00:00:00.300" });
        var phonedHome = new TaskCompletionSource();
        system.ToServer.Loses = request =>
        {
            if (request.Path.StartsWithSegments("/callbacks/phone-home", StringComparison.Ordinal))
            {
                phonedHome.TrySetResult();
            }

            return request.Path.StartsWithSegments(lost, StringComparison.Ordinal);
        };

        var agent = await system.RunningAgentAsync();

        agent.Machine!.HostKeyFingerprint.ShouldNotBeNull();
        agent.Machine.TailscaleNodeId.ShouldNotBeNull();
        if (lost == "/callbacks/phone-home")
        {
            // It may come last, when the agent runs already.
            await phonedHome.Task.WaitAsync(TimeSpan.FromSeconds(30));
        }
    }

    [Fact]
    public async Task C4_Whoever_answers_without_the_boot_token_is_not_believed()
    {
        await using var system = await TestSystem.StartAsync(new Dictionary<string, string> { ["Machines:AskAfter"] = "00:00:00.300" });
        system.ToServer.Loses = _ => true;
        var forged = $$"""{"exit_code":0,"stdout":"host_key={{HostKey}}\nproof={{new string('0', 64)}}\nstatus=ok\n","stderr":""}""";
        await system.Cloud.FaultAsync("POST /_local/machines/{id}/exec", "answer", 200, forged, times: 100_000);
        var agent = await system.OrderAsync(granted: true);

        var wait = await system.SeesAsync(
            agent.Operation!, t => t is { Step: "await-phone-home", Kind: "waiting" } && t.Message!.Contains("prove", StringComparison.Ordinal), "the impostor was refused");

        wait.Message!.ShouldContain("nothing was pinned");
        (await system.Client.Agents.GetAsync(agent.Id)).Machine!.HostKeyFingerprint.ShouldBeNull();
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/json")]
    [InlineData(null)]
    public async Task C4_A_phone_home_is_taken_as_form_as_JSON_and_without_a_content_type(string? contentType)
    {
        await using var system = await SilentMachineAsync();
        var (agent, token, server) = await AwaitedAsync(system);

        var body = contentType == "application/json"
            ? $$"""{"pub_key_ed25519":"{{HostKey}} root@x\n","instance_id":"{{server}}"}"""
            : $"pub_key_ed25519={Uri.EscapeDataString(HostKey + " root@x\n")}&instance_id={server}";
        (await PostAsync(system, $"callbacks/phone-home/{token}", body, contentType)).Status.ShouldBe(HttpStatusCode.NoContent);

        (await system.Client.Agents.GetAsync(agent)).Machine!.HostKeyFingerprint.ShouldNotBeNull();
    }

    [Fact]
    public async Task C4_The_first_host_key_stays_pinned_and_another_one_is_refused()
    {
        await using var system = await SilentMachineAsync();
        var (agent, token, server) = await AwaitedAsync(system);
        string Body(string key) => $"pub_key_ed25519={Uri.EscapeDataString(key)}&instance_id={server}";

        (await PostAsync(system, $"callbacks/phone-home/{token}", Body(HostKey))).Status.ShouldBe(HttpStatusCode.NoContent);
        var pinned = (await system.Client.Agents.GetAsync(agent)).Machine!.HostKeyFingerprint;
        var second = await PostAsync(system, $"callbacks/phone-home/{token}", Body(OtherHostKey));
        var repeated = await PostAsync(system, $"callbacks/phone-home/{token}", Body(HostKey));

        second.Status.ShouldBe(HttpStatusCode.Conflict);
        second.Code.ShouldBe("refused");
        repeated.Status.ShouldBe(HttpStatusCode.NoContent);
        (await system.Client.Agents.GetAsync(agent)).Machine!.HostKeyFingerprint.ShouldBe(pinned);
        system.Log.Text.ShouldContain("another host key");
    }

    [Fact]
    public async Task C4_A_phone_home_from_another_server_or_without_a_key_is_refused()
    {
        await using var system = await SilentMachineAsync();
        var (agent, token, server) = await AwaitedAsync(system);

        (await PostAsync(system, $"callbacks/phone-home/{token}", $"pub_key_ed25519={Uri.EscapeDataString(HostKey)}&instance_id={server + 1}")).Status.ShouldBe(HttpStatusCode.Conflict);
        (await PostAsync(system, $"callbacks/phone-home/{token}", $"pub_key_ed25519=N%2FA&instance_id={server}")).Status.ShouldBe(HttpStatusCode.Conflict);
        (await PostAsync(system, $"callbacks/phone-home/{token}", "{\"broken", "application/json")).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await PostAsync(system, $"callbacks/phone-home/{token}", new string('x', 70_000))).Status.ShouldBe(HttpStatusCode.RequestEntityTooLarge);

        (await system.Client.Agents.GetAsync(agent)).Machine!.HostKeyFingerprint.ShouldBeNull();
    }

    [Fact]
    public async Task C4_A_token_nobody_waits_for_is_404_and_never_503()
    {
        await using var system = await TestSystem.StartAsync();
        var agent = await system.RunningAgentAsync();
        var gone = system.BootToken(agent.Operation!);
        await system.DestroyedAsync(agent.Id);

        foreach (var token in (string[])["unknown", gone, new string('a', 3000)])
        {
            foreach (var kind in (string[])["phone-home", "boot"])
            {
                var answer = await PostAsync(system, $"callbacks/{kind}/{token}", $"pub_key_ed25519={Uri.EscapeDataString(HostKey)}&instance_id=1");
                answer.Status.ShouldBe(HttpStatusCode.NotFound, $"{kind} {token}: {answer.Text}");
                answer.Code.ShouldBe("unknown_token");
            }
        }
    }

    [Fact]
    public async Task C4_A_spent_token_is_answered_so_that_cloud_init_rests_and_changes_nothing()
    {
        await using var system = await TestSystem.StartAsync();
        var agent = await system.RunningAgentAsync();
        var before = (await system.Client.Agents.GetAsync(agent.Id)).Machine!;

        var home = await PostAsync(
            system, $"callbacks/phone-home/{system.BootToken(agent.Operation!)}", $"pub_key_ed25519={Uri.EscapeDataString(HostKey)}&instance_id={before.ServerId}");
        var boot = await PostAsync(system, $"callbacks/boot/{system.BootToken(agent.Operation!)}", "phase=setup&status=failed&exit_code=1&tailscale_ips=100.64.9.9");

        home.Status.ShouldBe(HttpStatusCode.NoContent);
        boot.Status.ShouldBe(HttpStatusCode.NoContent);
        (await system.Client.Agents.GetAsync(agent.Id)).Machine.ShouldBe(before);
    }

    /// <summary>Machines that boot for ever, so that the test speaks for them.</summary>
    private static Task<TestSystem> SilentMachineAsync() => TestSystem.StartAsync(cloud: options => options.BootTime = TimeSpan.FromHours(1));

    private static async Task<(string Agent, string Token, long Server)> AwaitedAsync(TestSystem system)
    {
        var agent = await system.OrderAsync(granted: true);
        await system.SeesAsync(agent.Operation!, t => t is { Step: "create-server", Kind: "done" }, "the server was made");
        var server = (await system.Client.Agents.GetAsync(agent.Id)).Machine!.ServerId!.Value;
        return (agent.Id, system.BootToken(agent.Operation!), server);
    }

    private static Task<Answer> PostAsync(TestSystem system, string path, string body, string? contentType = "application/x-www-form-urlencoded")
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        if (contentType is not null)
        {
            content.Headers.ContentType = new(contentType);
        }

        return system.SendAsync(HttpMethod.Post, path, content, token: "");
    }
}
