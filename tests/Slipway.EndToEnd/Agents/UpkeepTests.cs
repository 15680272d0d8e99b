using System.Diagnostics;
using Slipway.Client;

namespace Slipway.EndToEnd.Agents;

/// <summary>What an operator does with an agent that runs, on a real machine.</summary>
[Collection(RealAgents.Name)]
public sealed class UpkeepTests(RealStack stack)
{
    private const string First = "planted-first-token-0123456789";
    private const string Second = "planted-second-token-9876543210";

    private static readonly string CommandLine = Path.GetFullPath(
        Path.Combine(AppContext.BaseDirectory, "..", "..", "Slipway.Cli", Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/')), "slipway.dll"));

    [Fact]
    public async Task S2_S4_secrets_are_rotated_or_put_back_the_log_is_read_and_a_shell_is_opened()
    {
        var agent = await stack.ProvisionAsync("fussy", new Dictionary<string, string>(StringComparer.Ordinal) { ["TOKEN"] = First, ["EXTRA"] = "planted-extra" });
        var machine = RealStack.Inside(agent);
        (await HasAsync(machine)).ShouldBe(First);
        (await machine.RunAsync("ls /home/agent/app /etc/credstore.encrypted")).ShouldContain("extra");

        await ItGetsNewSecrets(agent, machine);
        await ItKeepsItsSecretsWhenNewOnesDoNoGood(agent, machine);
        await ItsLogIsReadWithoutItsSecrets(agent);
        await AShellIsOpenedAndRecorded(agent);
        await ALinkInTheWayLeadsNowhere(agent, machine);

        await stack.FinishAsync((await stack.Client.Agents.DestroyAsync(agent.Id)).Agent.Operation!);
    }

    private async Task ItGetsNewSecrets(AgentResource agent, RealMachine machine)
    {
        await stack.FinishAsync(await ChangeAsync(agent, ("TOKEN", Second), ("EXTRA", "")));

        (await HasAsync(machine)).ShouldBe(Second);
        (await machine.RunAsync("ls /home/agent/app /etc/credstore.encrypted")).ShouldNotContain("extra");
    }

    private async Task ItKeepsItsSecretsWhenNewOnesDoNoGood(AgentResource agent, RealMachine machine)
    {
        var failed = await stack.EndAsync(await ChangeAsync(agent, ("TOKEN", "bad-token-that-ends-it")));

        failed.Status.ShouldBe("undone");
        failed.Error.ShouldNotBeNull().ShouldNotContain("bad-token-that-ends-it");
        failed.Error.ShouldContain("***");
        (await HasAsync(machine)).ShouldBe(Second);
        var after = await stack.Client.Agents.GetAsync(agent.Id);
        (after.Status, after.Machine!.Status).ShouldBe(("active", "running"));
    }

    private async Task ItsLogIsReadWithoutItsSecrets(AgentResource agent)
    {
        var log = await stack.Client.Agents.LogAsync(agent.Id, 200);

        log.Lines.ShouldContain(line => line.EndsWith("my token is ***", StringComparison.Ordinal));
        // Also what was rotated away, and what was tried and put back.
        log.Lines.ShouldAllBe(line => !line.Contains(Second, StringComparison.Ordinal) && !line.Contains(First, StringComparison.Ordinal));
        log.Lines.ShouldAllBe(line => !line.Contains("bad-token-that-ends-it", StringComparison.Ordinal));
        (await stack.Client.Agents.LogAsync(agent.Id, 200, log.Cursor)).Lines.ShouldBeEmpty();
        (await Should.ThrowAsync<SlipwayException>(() => stack.Client.Agents.LogAsync(agent.Id, 10, "s=1' --flush"))).Code.ShouldBe("bad_request");
    }

    private async Task AShellIsOpenedAndRecorded(AgentResource agent)
    {
        var (code, output) = await CliAsync("agent", "ssh", agent.Id, "--", "id -un; hostname; journalctl --no-pager -q -u ssh | grep -o 'ID slipway/[^ ]*' | tail -1");

        output.ShouldMatch($"root\n{agent.Machine!.Name}\nID slipway/{agent.Machine.Name}/[0-9a-f]{{16}}/first");
        code.ShouldBe(0, output);
        (await CliAsync("agent", "ssh", agent.Id, "--", "exit 7")).Code.ShouldBe(7);
    }

    /// <summary>An agent that may write in its home lays a link to where only root may write; the next secrets go through it.</summary>
    private async Task ALinkInTheWayLeadsNowhere(AgentResource agent, RealMachine machine)
    {
        await machine.RunAsync("install -d -m 0755 /etc/prize; runuser -u agent -- bash -c 'rm -rf /home/agent/app; ln -s /etc/prize /home/agent/app'");

        var operation = await ChangeAsync(agent, ("TOKEN", First));
        await machine.EventuallyAsync("test -e /etc/credstore.encrypted/fussy.token");
        using (var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1)))
        {
            await foreach (var happened in stack.Client.Operations.FollowAsync(operation, cancellationToken: limit.Token))
            {
                if (happened is OperationProgress { Entry: { Step: "place-new-secrets", Kind: "retrying" } })
                {
                    break;
                }
            }
        }

        (await machine.RunAsync("ls -A /etc/prize")).ShouldBeEmpty();
        await machine.RunAsync("rm /home/agent/app");
        await stack.FinishAsync(operation);
        (await HasAsync(machine)).ShouldBe(First);
    }

    private async Task<string> ChangeAsync(AgentResource agent, params (string Name, string Value)[] secrets) =>
        (await stack.Client.Agents.ChangeSecretsAsync(agent.Id, secrets.ToDictionary(s => s.Name, s => s.Value, StringComparer.Ordinal))).Agent.Operation.ShouldNotBeNull();

    /// <summary>What the running process itself was given.</summary>
    private static Task<string> HasAsync(RealMachine machine) => machine.RunAsync("cat /home/agent/seen");

    private async Task<(int Code, string Output)> CliAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [CommandLine, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["SLIPWAY_SERVER"] = stack.Server.Address.ToString(), ["SLIPWAY_TOKEN"] = stack.Server.FirstToken },
        };
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output + await error);
    }
}
