using System.Net;
using Microsoft.Extensions.Logging;
using Slipway.Testing;
using static Slipway.Hetzner.Tests.Arrange;

namespace Slipway.Hetzner.Tests;

public sealed class BudgetTests
{
    private static readonly string Server = $$"""{"server":{{Json.Server()}}}""";

    private static Dictionary<string, string> Limits(int remaining, int limit = 3600) => new()
    {
        ["RateLimit-Limit"] = $"{limit}",
        ["RateLimit-Remaining"] = $"{remaining}",
        // An hour ahead: whoever sleeps until then fails the times these tests expect.
        ["RateLimit-Reset"] = $"{new ManualTimeProvider().GetUtcNow().AddHours(1).ToUnixTimeSeconds()}",
    };

    private static ScriptedExchange Read(int remaining, int limit = 3600) => Ok("GET", "/servers/42", Server) with { Headers = Limits(remaining, limit) };

    [Fact]
    public async Task The_budget_follows_the_headers_and_refills_with_time()
    {
        using var arranged = new Arrange(Read(2000, 7200));

        await arranged.Client.Servers.GetAsync(42);

        (arranged.Client.Budget.Limit, arranged.Client.Budget.Remaining).ShouldBe((7200, 2000));
        arranged.Client.Budget.FullAt.ShouldBe(arranged.Time.GetUtcNow().AddHours(1));
        arranged.Time.Advance(TimeSpan.FromSeconds(10));
        arranged.Client.Budget.Remaining.ShouldBe(2020);
        arranged.Time.Advance(TimeSpan.FromHours(9));
        arranged.Client.Budget.Remaining.ShouldBe(7200);
    }

    [Fact]
    public void H6_an_empty_budget_delays_the_next_request_by_one_token_and_never_until_the_reset()
    {
        using var arranged = new Arrange(Read(0), Read(0), Read(0, 7200), Read(50, 7200));

        arranged.Run(async () =>
        {
            for (var i = 0; i < 4; i++)
            {
                await arranged.Client.Servers.GetAsync(42);
            }
        });

        // One second at 3,600 an hour, half a second once the answer says 7,200. Each wait may end one
        // step of the clock (0.05) late, and is rounded to 0.1.
        arranged.Sent.Select(s => s.At).ShouldBe([0, 1.0, 2.0, 2.5], 0.21);
    }

    [Fact]
    public void H6_a_429_without_headers_empties_the_budget()
    {
        using var arranged = new Arrange(
            new ScriptedExchange("GET", "/v1/servers/42", HttpStatusCode.TooManyRequests, ""),
            Ok("GET", "/servers/42", Server));

        arranged.Run(() => arranged.Client.Servers.GetAsync(42));

        arranged.Sent[1].At.ShouldBe(1.0, 0.06);
    }

    [Fact]
    public void H6_when_the_budget_is_empty_deletes_go_first_then_creates_then_reads_then_lists()
    {
        var empty = Limits(0);
        using var arranged = new Arrange(
            Read(0),
            Ok("DELETE", "/servers/1", $$"""{"action":{{Json.Action(1, "delete_server")}}}""") with { Headers = empty },
            Ok("POST", "/servers/2/actions/shutdown", $$"""{"action":{{Json.Action(2, "shutdown_server")}}}""") with { Headers = empty },
            Ok("POST", "/servers/3/actions/poweron", $$"""{"action":{{Json.Action(3, "start_server")}}}""") with { Headers = empty },
            Read(0),
            Ok("GET", "/servers?page=1&per_page=50", """{"servers":[]}""") with { Headers = empty });
        var servers = arranged.Client.Servers;

        arranged.Run(async () =>
        {
            await servers.GetAsync(42);
            var list = ListAsync();
            var read = servers.GetAsync(42);
            var create = servers.PowerOnAsync(3);
            var destroy = servers.DeleteAsync(1);
            var stop = servers.ShutdownAsync(2);
            arranged.Client.Budget.Waiting.ShouldBe(5);
            await Task.WhenAll(list, read, create, destroy, stop);
        });

        arranged.Http.ShouldBeFinished();
        arranged.Sent.Select(s => s.At).ShouldBe([0, 1, 2, 3, 4, 5], 0.3);

        async Task ListAsync()
        {
            await foreach (var _ in servers.ListAsync())
            {
            }
        }
    }

    [Fact]
    public void Who_gives_up_waiting_for_the_budget_takes_nothing_from_it()
    {
        using var arranged = new Arrange(Read(0), Read(0));
        using var impatient = new CancellationTokenSource(TimeSpan.FromMilliseconds(500), arranged.Time);
        var servers = arranged.Client.Servers;

        arranged.Run(async () =>
        {
            await servers.GetAsync(42);
            var first = servers.GetAsync(42, impatient.Token);
            var second = servers.GetAsync(42);
            await SteppedClock.FailureOf<OperationCanceledException>(first);
            await second;
        });

        arranged.Sent[1].At.ShouldBe(1.0, 0.06);
    }

    [Fact]
    public async Task H7_a_low_budget_is_warned_about_once_each_time_it_becomes_low()
    {
        using var arranged = new Arrange(Read(100), Read(99), Read(98), Read(100), Read(50));

        for (var i = 0; i < 5; i++)
        {
            await arranged.Client.Servers.GetAsync(42);
        }

        arranged.Logs.At(LogLevel.Warning).Count().ShouldBe(2);
        arranged.Logs.At(LogLevel.Warning).First().ShouldContain("Only 99 of 3600");
    }

    [Theory]
    [InlineData("-5")]
    [InlineData("many")]
    [InlineData("99999999999999999999")]
    public async Task Headers_that_make_no_sense_are_ignored(string value)
    {
        var headers = new Dictionary<string, string> { ["RateLimit-Limit"] = value, ["RateLimit-Remaining"] = value, ["RateLimit-Reset"] = value };
        using var arranged = new Arrange(Ok("GET", "/servers/42", Server) with { Headers = headers });

        await arranged.Client.Servers.GetAsync(42);

        (arranged.Client.Budget.Limit, arranged.Client.Budget.Remaining).ShouldBe((3600, 3599));
    }
}
