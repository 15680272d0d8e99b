using Slipway.Client;
using Slipway.Server.Tests.Support;

namespace Slipway.Server.Tests;

/// <summary>Secrets, logs and shells of agents that run.</summary>
public sealed class UpkeepTests
{
    private const string NewToken = "new-greeting-token-0123456789";
    private const string BadToken = "new-greeting-token-simulated-unwell";
    private const string PublicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g somebody@somewhere";

    [Fact]
    public async Task S2_New_secrets_are_placed_verified_and_only_then_kept()
    {
        await using var system = await TestSystem.StartAsync();
        var agent = await system.RunningAgentAsync();
        var before = await CiphertextAsync(system, agent);

        var change = await ChangeAsync(system, agent, NewToken);

        change.Accepted.ShouldBeTrue();
        var operation = await system.FinishedAsync(change.Agent.Operation!);
        (operation.Plan, operation.Status).ShouldBe(("change-secrets", "succeeded"));
        operation.Timeline.Where(t => t.Kind == "done").Select(t => t.Step).ShouldBe(["begin-secret-change", "place-new-secrets", "await-healthy", "adopt-secrets"]);
        (await CiphertextAsync(system, agent)).ShouldNotBe(before);
        (await system.QueryAsync<string>("SELECT owner FROM secrets WHERE owner LIKE '%/aside'")).ShouldBeEmpty();
        (await AuditAsync(system, "agent.secrets")).ShouldBe("Accepted: GREETING_TOKEN");
    }

    [Fact]
    public async Task S2_Secrets_that_do_no_good_are_taken_back_and_the_agent_runs_with_its_former_ones()
    {
        await using var system = await TestSystem.StartAsync();
        var agent = await system.RunningAgentAsync();
        var before = await CiphertextAsync(system, agent);

        var change = await ChangeAsync(system, agent, BadToken);
        var operation = await system.FinishedByLeapsAsync(change.Agent.Operation!, TimeSpan.FromSeconds(20));

        operation.Status.ShouldBe("undone");
        operation.Timeline.ShouldContain(t => t.Step == "put-back-secrets" && t.Kind == "undone");
        (await CiphertextAsync(system, agent)).ShouldBe(before);
        (await system.QueryAsync<string>("SELECT owner FROM secrets WHERE owner LIKE '%/aside'")).ShouldBeEmpty();
        var after = await system.Client.Agents.GetAsync(agent.Id);
        (after.Status, after.Machine!.Status).ShouldBe(("active", "running"));
        after.Error.ShouldNotBeNull();
    }

    [Fact]
    public async Task Secrets_that_do_not_fit_the_blueprint_or_the_moment_are_refused()
    {
        await using var system = await TestSystem.StartAsync();
        var agent = await system.RunningAgentAsync();

        (await RefusedAsync(() => ChangeAsync(system, agent, "short"))).Code.ShouldBe("invalid_secrets");
        (await RefusedAsync(() => ChangeAsync(system, agent, ""))).Code.ShouldBe("invalid_secrets");
        (await RefusedAsync(() => system.Client.Agents.ChangeSecretsAsync(agent.Id, new Dictionary<string, string>()))).Code.ShouldBe("invalid_secrets");
        (await RefusedAsync(() => system.Client.Agents.ChangeSecretsAsync(agent.Id, new Dictionary<string, string> { ["ANOTHER"] = "x" }))).Code.ShouldBe("invalid_secrets");
        (await RefusedAsync(() => system.Client.Agents.ChangeSecretsAsync("agt-nobody", new Dictionary<string, string> { ["GREETING_TOKEN"] = NewToken }))).Code.ShouldBe("agent_not_found");
        await system.FinishedAsync((await system.Client.Agents.StopAsync(agent.Id)).Agent.Operation!);
        (await RefusedAsync(() => ChangeAsync(system, agent, NewToken))).Code.ShouldBe("cannot_change_secrets");
        (await RefusedAsync(() => system.Client.Agents.LogAsync(agent.Id))).Code.ShouldBe("no_machine");
        (await RefusedAsync(() => system.Client.Agents.OpenShellAsync(agent.Id, PublicKey))).Code.ShouldBe("no_machine");
    }

    [Fact]
    public async Task A_log_is_read_once_and_then_from_where_it_ended()
    {
        await using var system = await TestSystem.StartAsync();
        var agent = await system.RunningAgentAsync();

        var log = await system.Client.Agents.LogAsync(agent.Id);

        log.Lines.ShouldBe([$"{agent.Id} unit started"]);
        (await system.Client.Agents.LogAsync(agent.Id, after: log.Cursor)).Lines.ShouldBeEmpty();
        (await RefusedAsync(() => system.Client.Agents.LogAsync(agent.Id, lines: 0))).Code.ShouldBe("bad_request");
        (await RefusedAsync(() => system.Client.Agents.LogAsync(agent.Id, after: "$(reboot)"))).Code.ShouldBe("bad_request");
    }

    [Fact]
    public async Task S5_A_shell_is_certified_for_minutes_for_one_machine_and_audited()
    {
        await using var system = await TestSystem.StartAsync();
        var agent = await system.RunningAgentAsync();

        var access = await system.Client.Agents.OpenShellAsync(agent.Id, PublicKey);

        access.Certificate.ShouldStartWith("ssh-ed25519-cert-v01@openssh.com ");
        access.HostKeyAlias.ShouldBe(agent.Machine!.Name);
        access.User.ShouldBe("root");
        (access.ValidBefore - TimeProvider.System.GetUtcNow()).ShouldBeLessThanOrEqualTo(TimeSpan.FromMinutes(5));
        (await AuditAsync(system, "agent.ssh")).ShouldStartWith($"slipway/{agent.Machine.Name}/");
        (await RefusedAsync(() => system.Client.Agents.OpenShellAsync(agent.Id, "ssh-rsa AAAA"))).Code.ShouldBe("invalid_key");
    }

    private static Task<AgentChange> ChangeAsync(TestSystem system, AgentResource agent, string token) =>
        system.Client.Agents.ChangeSecretsAsync(agent.Id, new Dictionary<string, string> { ["GREETING_TOKEN"] = token });

    private static async Task<string> CiphertextAsync(TestSystem system, AgentResource agent) =>
        (await system.QueryAsync<string>("SELECT ciphertext FROM secrets WHERE owner = @Id AND name = 'GREETING_TOKEN'", new { agent.Id })).Single();

    private static async Task<string> AuditAsync(TestSystem system, string action) =>
        (await system.QueryAsync<string>("SELECT detail FROM audit WHERE action = @action", new { action })).Single();

    private static Task<SlipwayException> RefusedAsync(Func<Task> act) => Should.ThrowAsync<SlipwayException>(act);
}
