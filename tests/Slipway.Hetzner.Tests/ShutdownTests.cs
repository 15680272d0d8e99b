using System.Net;
using Microsoft.Extensions.Logging;
using Slipway.Testing;
using static Slipway.Hetzner.Tests.Arrange;

namespace Slipway.Hetzner.Tests;

public sealed class ShutdownTests
{
    private const string Button = "/servers/42/actions/shutdown";
    private static readonly ScriptedExchange Pressed = Ok("POST", Button, $$"""{"action":{{Json.Action(1, "shutdown_server")}}}""", HttpStatusCode.Created);

    private static ScriptedExchange Is(string status) => Ok("GET", "/servers/42", $$"""{"server":{{Json.Server(status: status)}}}""");

    private static ShutdownOutcome Run(Arrange arranged, TimeSpan? patience = null)
    {
        var outcome = arranged.Run(() => arranged.Client.Servers.ShutdownOrPowerOffAsync(42, patience));
        arranged.Http.ShouldBeFinished();
        return outcome;
    }

    [Fact]
    public void H4_a_machine_that_listens_shuts_itself_down()
    {
        using var arranged = new Arrange(Pressed, Is("running"), Is("stopping"), Is("off"));

        Run(arranged).ShouldBe(ShutdownOutcome.ShutDown);

        arranged.Logs.At(LogLevel.Warning).ShouldBeEmpty();
    }

    [Fact]
    public void H4_a_machine_that_does_not_listen_loses_its_power_after_60_seconds_with_a_warning()
    {
        using var arranged = new Arrange([
            Pressed,
            .. Enumerable.Repeat(Is("running"), 30),
            Ok("POST", "/servers/42/actions/poweroff", $$"""{"action":{{Json.Action(2, "stop_server")}}}""", HttpStatusCode.Created),
            Ok("GET", "/actions?id=2", Json.Actions(Json.Action(2, "stop_server", "success", 100))),
        ]);

        Run(arranged).ShouldBe(ShutdownOutcome.PoweredOff);

        arranged.Sent[^2].At.ShouldBe(60, 0.1);
        arranged.Logs.At(LogLevel.Warning).First().ShouldContain("did not shut down within 60 s");
    }

    [Fact]
    public void H4_a_lost_answer_and_failing_reads_do_not_stop_a_shutdown()
    {
        using var arranged = new Arrange(
            o => o.MaxAttempts = 1,
            new ScriptedExchange("POST", "/v1" + Button, HttpStatusCode.GatewayTimeout, ""),
            Refuse("GET", "/servers/42", 503, "unavailable"),
            Is("off"));

        Run(arranged).ShouldBe(ShutdownOutcome.ShutDown);
    }

    [Fact]
    public void H4_a_machine_that_is_off_already_is_down()
    {
        using var arranged = new Arrange(Refuse("POST", Button, 422, "server_not_running"), Is("off"));

        Run(arranged).ShouldBe(ShutdownOutcome.ShutDown);
    }

    [Fact]
    public void H4_a_machine_that_is_gone_is_gone()
    {
        using var missing = new Arrange(Refuse("POST", Button, 404, "not_found"));
        using var vanishing = new Arrange(Pressed, Refuse("GET", "/servers/42", 404, "not_found"));

        Run(missing).ShouldBe(ShutdownOutcome.Gone);
        Run(vanishing).ShouldBe(ShutdownOutcome.Gone);
    }

    [Fact]
    public void H4_a_refusal_for_another_reason_is_the_callers_to_know()
    {
        using var arranged = new Arrange(Refuse("POST", Button, 423, "locked"), Is("running"));

        Should.Throw<HetznerException>(() => Run(arranged)).Code.ShouldBe("locked");
    }
}
