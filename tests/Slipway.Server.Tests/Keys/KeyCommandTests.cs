using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Secrets;
using Slipway.Server.Keys;
using Slipway.Server.Tests.Support;

namespace Slipway.Server.Tests.Keys;

/// <summary>S1: an operator replaces the master key of a server that has agents.</summary>
public sealed class KeyCommandTests
{
    [Fact]
    public async Task S1_A_key_is_rotated_and_the_old_one_dropped_only_when_nothing_needs_it()
    {
        await using var system = await TestSystem.StartAsync();
        var agent = await system.RunningAgentAsync();
        var old = system.Services.GetRequiredService<KeyRing>().Current;
        await system.StopServerAsync();

        (await RunAsync(system, "rotate")).Code.ShouldBe(0);
        var early = await RunAsync(system, "drop", old.Id);
        (early.Code, early.Error.Contains("agt-", StringComparison.Ordinal)).ShouldBe((1, true), early.Error);
        (await RunAsync(system, "list")).Output.ShouldContain($"{old.Id}  2 secret(s)  0 booting machine(s)  needed");
        await system.StartServerAsync();
        await Eventually.BecomesAsync(
            () => system.Services.GetRequiredService<SecretStore>().CountByKeyAsync(), counts => !counts.ContainsKey(old.Id), "all is encrypted anew");
        await system.StopServerAsync();
        (await RunAsync(system, "list")).Output.ShouldContain($"{old.Id}  0 secret(s)  0 booting machine(s)  retired");
        (await RunAsync(system, "drop", old.Id)).Code.ShouldBe(0);

        await system.StartServerAsync();
        system.Services.GetRequiredService<KeyRing>().Ids.ShouldHaveSingleItem().ShouldNotBe(old.Id);
        (await system.Services.GetRequiredService<SecretStore>().FindAsync(agent.Id, "GREETING_TOKEN"))!.Reveal().ShouldBe(TestSystem.Secret);
        await system.FinishedAsync((await system.Client.Agents.StopAsync(agent.Id)).Agent.Operation!);
        (await system.FinishedAsync((await system.Client.Agents.StartAsync(agent.Id)).Agent.Operation!)).Status.ShouldBe("succeeded");
    }

    [Fact]
    public async Task S1_A_machine_that_still_boots_needs_the_key_of_its_token()
    {
        await using var system = await TestSystem.StartAsync(cloud: options => options.BootTime = TimeSpan.FromHours(1));
        var agent = await system.OrderAsync(granted: true);
        await system.SeesAsync(agent.Operation!, t => t is { Step: "create-server", Kind: "done" }, "the server was made");
        var old = system.Services.GetRequiredService<KeyRing>().Current;
        await system.StopServerAsync();
        (await RunAsync(system, "rotate")).Code.ShouldBe(0);
        await system.StartServerAsync();
        await Eventually.BecomesAsync(
            () => system.Services.GetRequiredService<SecretStore>().CountByKeyAsync(), counts => !counts.ContainsKey(old.Id), "all is encrypted anew");

        var refusal = await RunAsync(system, "drop", old.Id);

        (refusal.Code, refusal.Error.Contains("1 booting machine(s)", StringComparison.Ordinal)).ShouldBe((1, true), refusal.Error);
    }

    [Fact]
    public async Task S1_No_command_shows_a_key_and_the_key_file_stays_closed_to_others()
    {
        await using var system = await TestSystem.StartAsync();
        var file = Path.Combine(system.Directory, "slipway.key");

        var said = new StringBuilder();
        foreach (var words in (string[][])[["rotate"], ["list"], ["drop", "00000000"], ["drop"], ["show"], []])
        {
            var run = await RunAsync(system, words);
            said.Append(run.Output).Append(run.Error);
        }

        foreach (var key in await File.ReadAllLinesAsync(file))
        {
            said.ToString().ShouldNotContain(key);
        }

        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        Directory.GetFiles(system.Directory).Select(Path.GetFileName).ShouldAllBe(name => name!.StartsWith("slipway.", StringComparison.Ordinal), "no draft is left behind");
    }

    [Fact]
    public async Task S1_Keys_an_operator_keeps_elsewhere_are_the_operators_to_change()
    {
        await using var system = await TestSystem.StartAsync();
        system.Set("Secrets:MasterKeyCommand", "cat " + Path.Combine(system.Directory, "slipway.key"));

        var refusal = await RunAsync(system, "rotate");

        (refusal.Code, refusal.Error.Contains("openssl rand", StringComparison.Ordinal)).ShouldBe((1, true), refusal.Error);
        (await RunAsync(system, "list")).Output.ShouldContain("current");
        (await system.ProblemsAtStartAsync()).ShouldBeEmpty();
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(TestSystem system, params string[] words)
    {
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        var code = await KeyCommands.RunAsync(["keys", .. words, .. system.Arguments], output, error);
        return (code, output.ToString(), error.ToString());
    }
}
