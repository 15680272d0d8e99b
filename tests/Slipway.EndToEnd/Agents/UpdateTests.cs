using Slipway.Client;

namespace Slipway.EndToEnd.Agents;

/// <summary>Another version of a blueprint on a real machine: one that is good, and one that is not.</summary>
[Collection(RealAgents.Name)]
public sealed class UpdateTests(RealStack stack)
{
    private const string Token = "planted-greeting-token-0123456789";
    private const string Ask = "curl -sS http://127.0.0.1:8080/health";

    [Fact]
    public async Task A_good_version_takes_the_place_of_the_former_and_a_bad_one_leaves_nothing_behind()
    {
        await stack.OfferAsync("greeter", Greeter(1, unit: "hello-agent", file: "agent.py"));
        var agent = await stack.ProvisionAsync("greeter", new Dictionary<string, string>(StringComparer.Ordinal) { ["GREETING_TOKEN"] = Token });
        var machine = RealStack.Inside(agent);
        (await machine.RunAsync(Ask)).ShouldContain("\"version\": 1");

        await stack.OfferAsync("greeter", Greeter(2, unit: "greeter", file: "greeter.py"));
        await stack.FinishAsync((await stack.Client.Agents.UpdateAsync(agent.Id)).Agent.Operation!);
        await ItRunsTheSecondAndNothingOfTheFirstIsLeft(machine);

        await stack.OfferAsync("greeter", Greeter(3, unit: "hello-agent", file: "agent.py").Replace("import hashlib", "import nothing_of_this_name", StringComparison.Ordinal));
        var rollout = await stack.Client.Rollouts.CreateAsync(new CreateRolloutRequest { Blueprint = "greeter" });
        var stopped = await stack.EndAsync(rollout.Operation);
        stopped.Status.ShouldBe("undone", stopped.Error);
        var report = await stack.Client.Rollouts.GetAsync(rollout.Id);
        (report.Status, report.Agents.Single().Status).ShouldBe(("failed", "put_back"));
        report.Error.ShouldNotBeNull().ShouldContain("nothing_of_this_name", customMessage: "the unit's own words say why");
        await ItRunsTheSecondAndNothingOfTheFirstIsLeft(machine);
        (await stack.Client.Agents.GetAsync(agent.Id)).Machine!.Status.ShouldBe("running");

        await stack.OfferAsync("greeter", Greeter(4, unit: "greeter", file: "greeter.py").Replace("echo 4", "cat /no/such/file", StringComparison.Ordinal));
        var failed = await stack.EndAsync((await stack.Client.Agents.UpdateAsync(agent.Id)).Agent.Operation!);
        failed.Error.ShouldNotBeNull().ShouldContain("/no/such/file");
        await ItRunsTheSecondAndNothingOfTheFirstIsLeft(machine);

        await stack.FinishAsync((await stack.Client.Agents.DestroyAsync(agent.Id)).Agent.Operation!);
    }

    private static async Task ItRunsTheSecondAndNothingOfTheFirstIsLeft(RealMachine machine)
    {
        (await machine.RunAsync(Ask)).ShouldContain("\"version\": 2");
        (await machine.RunAsync("cat /var/lib/greeter-setup")).ShouldBe("2");
        (await machine.RunAsync("ls /opt/hello-agent /etc/credstore.encrypted")).ShouldBe("/etc/credstore.encrypted:\ngreeter.greeting_token\n\n/opt/hello-agent:\ngreeter.py");
        (await machine.RunAsync("systemctl is-active greeter; systemctl is-active hello-agent || true")).ShouldBe("active\ninactive");
        (await machine.RunAsync("ls -d /etc/systemd/system/*hello-agent* /etc/systemd/system/*/hello-agent* 2>/dev/null || true")).ShouldBeEmpty();
    }

    /// <summary>The smallest blueprint, with a number in its answer and in what its setup leaves.</summary>
    private static string Greeter(int number, string unit, string file) => File.ReadAllText(Path.Combine(DemoProcess.Repository, "blueprints", "hello.yaml"))
        .Replace("blueprint: hello", "blueprint: greeter", StringComparison.Ordinal)
        .Replace("user: agent\n", $"user: agent\nrepeatable_setup: true\nsetup: echo {number} >/var/lib/greeter-setup\n", StringComparison.Ordinal)
        .Replace("\"status\": \"ok\"", $"\"status\": \"ok\", \"version\": {number}", StringComparison.Ordinal)
        .Replace("hello-agent.greeting_token", $"{unit}.greeting_token", StringComparison.Ordinal)
        .Replace("name: hello-agent", $"name: {unit}", StringComparison.Ordinal)
        .Replace("agent.py", file, StringComparison.Ordinal)
        .Replace("timeout: 60s", "timeout: 10s", StringComparison.Ordinal);
}
