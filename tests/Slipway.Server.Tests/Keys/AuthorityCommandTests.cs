using Microsoft.Extensions.DependencyInjection;
using Slipway.Machines.Authorities;
using Slipway.Server.Keys;
using Slipway.Server.Tests.Support;

namespace Slipway.Server.Tests.Keys;

/// <summary>S5: an operator replaces the SSH authority of a server that works and has agents.</summary>
public sealed class AuthorityCommandTests
{
    private const string PublicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g somebody@somewhere";

    [Fact]
    public async Task S5_An_authority_is_rotated_under_running_and_stopped_agents_and_the_old_one_dropped_when_none_needs_it()
    {
        await using var system = await TestSystem.StartAsync();
        var running = await system.RunningAgentAsync();
        var stopped = await system.RunningAgentAsync();
        await system.FinishedAsync((await system.Client.Agents.StopAsync(stopped.Id)).Agent.Operation!);
        var old = (await system.Services.GetRequiredService<SshAuthorities>().ListAsync()).Single();
        var before = await CertificateAsync(system, running.Id);

        (await RunAsync(system, "rotate")).Code.ShouldBe(0);
        await TrustsAsync(system, running.Id, "1,2");

        before.ShouldContain(Key(old.PublicKey));
        (await CertificateAsync(system, running.Id)).ShouldNotContain(Key(old.PublicKey));
        var refusal = await RunAsync(system, "drop", old.Id);
        (refusal.Code, refusal.Error.Contains($"{stopped.Id} (stopped)", StringComparison.Ordinal), refusal.Error.Contains(running.Id, StringComparison.Ordinal)).ShouldBe((1, true, false), refusal.Error);
        (await RunAsync(system, "list")).Output.ShouldContain($"{stopped.Id} (stopped) trusts {old.Id}");

        (await system.FinishedAsync((await system.Client.Agents.StartAsync(stopped.Id)).Agent.Operation!)).Status.ShouldBe("succeeded");
        await TrustsAsync(system, stopped.Id, "1,2");
        (await RunAsync(system, "list")).Output.ShouldContain("retired: nothing needs it");
        (await RunAsync(system, "drop", old.Id)).Code.ShouldBe(0);
        await TrustsAsync(system, running.Id, "2");
        await TrustsAsync(system, stopped.Id, "2");
        (await RunAsync(system, "list")).Output.ShouldNotContain(old.Id);

        var late = await system.RunningAgentAsync();
        await TrustsAsync(system, late.Id, "2");
        (await system.FinishedAsync((await system.Client.Agents.DestroyAsync(running.Id)).Agent.Operation!)).Status.ShouldBe("succeeded");
    }

    [Fact]
    public async Task S5_A_rotation_outlives_the_server_and_no_command_shows_a_private_key()
    {
        await using var system = await TestSystem.StartAsync();
        var agent = await system.RunningAgentAsync();
        await system.StopServerAsync();

        var said = (await RunAsync(system, "rotate")).Output + (await RunAsync(system, "list")).Output + (await RunAsync(system, "drop", "00000000")).Error;
        await system.StartServerAsync();
        await TrustsAsync(system, agent.Id, "1,2");

        said.ShouldNotContain("PRIVATE");
        (await RunAsync(system, "drop")).Code.ShouldBe(2);
        (await RunAsync(system)).Code.ShouldBe(2);
    }

    [Fact]
    public async Task S5_With_keys_that_are_not_the_databases_nothing_is_written()
    {
        await using var system = await TestSystem.StartAsync();
        await system.RunningAgentAsync();
        system.Set("Secrets:MasterKey", Slipway.Secrets.MasterKey.Create().Reveal());

        var refusal = await RunAsync(system, "rotate");

        refusal.Code.ShouldBe(1);
        refusal.Error.ShouldNotBeEmpty();
        (await system.QueryAsync<long>("SELECT number FROM ssh_authorities")).ShouldBe([1]);
    }

    private static async Task TrustsAsync(TestSystem system, string agent, string numbers) => await Eventually.BecomesAsync(
        () => system.QueryAsync<string>("SELECT trusted FROM machine_authorities WHERE subject = @agent", new { agent }),
        trusted => trusted.SequenceEqual([numbers]),
        $"{agent} trusts {numbers}",
        between: () => system.Clock.Leap(TimeSpan.FromSeconds(1)));

    private static async Task<string> CertificateAsync(TestSystem system, string agent) =>
        Convert.ToHexStringLower(Convert.FromBase64String((await system.Client.Agents.OpenShellAsync(agent, PublicKey)).Certificate.Split(' ')[1]));

    private static string Key(string line) => Convert.ToHexStringLower(Convert.FromBase64String(line.Split(' ')[1]));

    private static async Task<(int Code, string Output, string Error)> RunAsync(TestSystem system, params string[] words)
    {
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        var code = await AuthorityCommands.RunAsync(["ssh-ca", .. words, .. system.Arguments], output, error);
        return (code, output.ToString(), error.ToString());
    }
}
