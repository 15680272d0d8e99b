using System.Text.RegularExpressions;
using Slipway.Client;

namespace Slipway.EndToEnd;

/// <summary>The README's first command, as a newcomer types it: real processes, real machines, the kernel as witness.</summary>
public sealed partial class DemoTests
{
    private static readonly string[] Steps =
    [
        "register-machine", "create-auth-key", "ensure-firewall", "create-server", "await-running", "await-phone-home", "verify-enrolment",
        "inject-secrets", "start-unit", "await-healthy",
    ];

    [Fact]
    public async Task O1_a_signed_payment_becomes_a_running_agent_on_a_simulated_machine_and_nothing_is_left()
    {
        using var demo = DemoProcess.Start("--machines", "simulated");

        var code = await demo.WaitAsync();

        code.ShouldBe(0, demo.Output);
        ShouldTellTheWholeStory(demo.Output);
    }

    [Fact]
    public async Task O1_L1_L2_L3_a_signed_payment_becomes_a_running_agent_on_a_real_machine_and_the_kernel_has_nothing_left()
    {
        using var demo = DemoProcess.Start();

        var code = await demo.WaitAsync();

        code.ShouldBe(0, demo.Output);
        ShouldTellTheWholeStory(demo.Output);
        demo.Output.ShouldContain("Its proof matches the token of the order");
        demo.Output.ShouldContain("Kernel: no container, mount, bridge, route or firewall rule of ours.");
        (await Kernel.FindLeftoversAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task After_one_that_was_killed_in_the_middle_the_next_starts_clean_stays_up_if_told_to_and_an_interrupt_takes_everything_away()
    {
        using (var killed = DemoProcess.Start())
        {
            await killed.WaitForAsync("create-server");
            killed.Signal("KILL");
            await killed.WaitAsync();
        }

        using var demo = DemoProcess.Start("--keep");
        await demo.WaitForAsync("tail -f");
        var server = Server().Match(demo.Output).Groups["value"].Value;
        var token = Token().Match(demo.Output).Groups["value"].Value;
        using var slipway = new SlipwayClient(new Uri(server), token);

        var agents = await slipway.Agents.ListAsync();
        demo.Signal("TERM");
        var code = await demo.WaitAsync();

        agents.ShouldHaveSingleItem().Status.ShouldBe("active");
        code.ShouldBe(0, demo.Output);
        (await Kernel.FindLeftoversAsync()).ShouldBeEmpty();
    }

    private static void ShouldTellTheWholeStory(string output)
    {
        foreach (var step in Steps)
        {
            output.ShouldMatch($@"{step} +done +\d");
        }

        output.ShouldContain("provision of agt-");
        output.ShouldMatch("stop of agt-.* succeeded");
        output.ShouldMatch("start of agt-.* succeeded");
        output.ShouldMatch("destroy of agt-.* succeeded");
        output.ShouldContain("LocalCloud: no server, SSH key, firewall, Tailscale device, auth key or machine.");
    }

    [GeneratedRegex(@"server +(?<value>http://\S+)", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Server();

    [GeneratedRegex(@"token +(?<value>slw_\S+)", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Token();
}
