using System.Net;
using Slipway.Testing;
using static Slipway.Hetzner.Tests.Arrange;

namespace Slipway.Hetzner.Tests;

public sealed class ActionsTests
{
    private const string Path7 = "/actions?id=7";

    private static ScriptedExchange Poll(string path, params string[] actions) => Ok("GET", path, Json.Actions(actions));

    private static string Running(long id, int progress = 0) => Json.Action(id, "create_server", "running", progress);

    private static string Done(long id) => Json.Action(id, "create_server", "success", 100);

    [Fact]
    public void H3_a_wait_ends_with_the_finished_action_and_tells_every_answer_on_the_way()
    {
        using var arranged = new Arrange(Poll(Path7, Running(7)), Poll(Path7, Running(7, 50)), Poll(Path7, Done(7)));
        var seen = new List<int>();

        var action = arranged.Run(() => arranged.Client.Actions.WaitAsync(7, progress: new Told(seen)));

        (action.Id, action.Succeeded, action.Command).ShouldBe((7, true, "create_server"));
        seen.ShouldBe([0, 50, 100]);
        arranged.Sent.Select(s => s.At).ShouldBe([1, 2, 3], 0.06);
    }

    [Fact]
    public void H3_a_failed_action_throws_with_Hetzners_code_and_message()
    {
        using var arranged = new Arrange(
            Poll(Path7, Json.Action(7, "create_server", "error", 100, """{"code":"unknown_error","message":"server is locked"}""")));

        var e = Should.Throw<HetznerActionException>(() => arranged.Run(() => arranged.Client.Actions.WaitAsync(7)));

        (e.Code, e.Action.Id).ShouldBe(("unknown_error", 7));
        e.Message.ShouldContain("create_server (7, server 42) failed: server is locked (unknown_error)");
    }

    [Fact]
    public void H3_a_failed_action_that_says_nothing_is_a_failure_too()
    {
        using var arranged = new Arrange(Poll(Path7, Json.Action(7, "create_server", "error", 100, """{"code":"","message":null}""")));

        Should.Throw<HetznerActionException>(() => arranged.Run(() => arranged.Client.Actions.WaitAsync(7))).Code.ShouldBe("unknown_error");
    }

    [Fact]
    public void H3_an_action_that_does_not_end_times_out_after_120_seconds_naming_it()
    {
        using var arranged = new Arrange([.. Enumerable.Repeat(Poll(Path7, Running(7, 30)), 120)]);

        var e = Should.Throw<TimeoutException>(() => arranged.Run(() => arranged.Client.Actions.WaitAsync(7)));

        e.Message.ShouldContain("create_server (7)");
        e.Message.ShouldContain("'running' at 30 %");
        arranged.Time.GetUtcNow().ShouldBe(new ManualTimeProvider().GetUtcNow().AddSeconds(120), TimeSpan.FromSeconds(0.1));
    }

    [Fact]
    public void H3_old_waits_are_asked_about_less_often()
    {
        using var arranged = new Arrange([.. Enumerable.Repeat(Poll(Path7, Running(7)), 120)]);

        Should.Throw<TimeoutException>(() => arranged.Run(() => arranged.Client.Actions.WaitAsync(7)));

        var pauses = arranged.Sent.Zip(arranged.Sent.Skip(1), (a, b) => b.At - a.At).ToList();
        pauses[0].ShouldBe(1.0, 0.11);
        pauses[^1].ShouldBe(2.5, 0.11);
        pauses.ShouldAllBe(p => p > 0.89 && p < 2.61);
    }

    [Fact]
    public void T13_H3_all_waits_of_a_client_share_one_request_per_25_actions()
    {
        var ids = Enumerable.Range(1, 60).Select(i => (long)i).ToList();
        static string Query(IEnumerable<long> batch) => "/actions?" + string.Join('&', batch.Select(i => $"id={i}"));
        using var arranged = new Arrange([.. ids.Chunk(25).Select(batch => Poll(Query(batch), [.. batch.Select(Done)]))]);

        var actions = arranged.Run(() => Task.WhenAll(ids.Concat(ids).Select(id => arranged.Client.Actions.WaitAsync(id))));

        actions.Select(a => a.Id).ShouldBe(ids.Concat(ids));
        arranged.Http.Requests.Count.ShouldBe(3);
    }

    [Fact]
    public void H3_a_wait_that_joins_later_shares_the_rhythm_and_is_first_asked_about_after_a_second()
    {
        using var arranged = new Arrange(
            Poll(Path7, Running(7)), Poll(Path7, Running(7)),
            Poll("/actions?id=7&id=8", Running(7), Done(8)),
            Poll(Path7, Done(7)));

        arranged.Run(async () =>
        {
            var first = arranged.Client.Actions.WaitAsync(7);
            await Task.Delay(TimeSpan.FromSeconds(1.5), arranged.Time);
            await Task.WhenAll(first, arranged.Client.Actions.WaitAsync(8));
        });

        arranged.Sent.Select(s => s.At).ShouldBe([1, 2, 3, 4.5], 0.11);
    }

    [Fact]
    public void H3_a_wait_is_asked_about_again_after_half_its_age()
    {
        using var arranged = new Arrange(
            o => o.FirstPollAfter = o.PollInterval = TimeSpan.FromSeconds(0.2),
            [.. Enumerable.Repeat(Poll(Path7, Running(7)), 9), Poll(Path7, Done(7))]);

        arranged.Run(() => arranged.Client.Actions.WaitAsync(7));

        arranged.Sent.Select(s => s.At).ShouldBe([0.2, 0.4, 0.6, 0.9, 1.4, 2.0, 3.0, 4.6, 6.8, 9.3], 0.06);
    }

    [Fact]
    public void H3_newcomers_do_not_make_old_waits_cost_more_than_the_room_in_their_requests()
    {
        static string Query(IEnumerable<long> ids) => "/actions?" + string.Join('&', ids.Select(i => $"id={i}"));
        var old = Enumerable.Range(1, 30).Select(i => (long)i).ToList();
        var rest = old[..24].Append(31);
        using var arranged = new Arrange(
            o => o.PollIntervalMax = TimeSpan.FromMinutes(1),
            [
                .. Enumerable.Repeat(old.Chunk(25).Select(b => Poll(Query(b), [.. b.Select(i => Running(i))])), 3).SelectMany(p => p),
                Poll(Query(rest), [.. rest.Select(Done)]),
                Poll(Query(old[24..]), [.. old[24..].Select(Done)]),
            ]);

        arranged.Run(async () =>
        {
            var waits = old.ConvertAll(i => arranged.Client.Actions.WaitAsync(i));
            await Task.Delay(TimeSpan.FromSeconds(3.2), arranged.Time);
            await Task.WhenAll([.. waits, arranged.Client.Actions.WaitAsync(31)]);
        });

        arranged.Sent.Select(s => s.At).ShouldBe([1, 1, 2, 2, 3, 3, 4.2, 5.2], 0.11);
    }

    [Fact]
    public void H3_a_cancelled_wait_is_no_longer_asked_about_and_without_waits_there_are_no_requests()
    {
        using var arranged = new Arrange(Poll("/actions?id=7&id=8", Running(7), Running(8)), Poll(Path7, Running(7)));
        using var first = new CancellationTokenSource(TimeSpan.FromSeconds(2.5), arranged.Time);
        using var second = new CancellationTokenSource(TimeSpan.FromSeconds(1.5), arranged.Time);

        arranged.Run(async () =>
        {
            var waits = new[] { arranged.Client.Actions.WaitAsync(7, cancellationToken: first.Token), arranged.Client.Actions.WaitAsync(8, cancellationToken: second.Token) };
            await SteppedClock.FailureOf<OperationCanceledException>(waits[0]);
            await SteppedClock.FailureOf<OperationCanceledException>(waits[1]);
            await Task.Delay(TimeSpan.FromMinutes(10), arranged.Time);
        });

        arranged.Http.ShouldBeFinished();
        arranged.Time.ArmedTimers.ShouldBe(0);
    }

    [Fact]
    public void H3_polling_survives_5xx_lost_connections_timeouts_and_nonsense()
    {
        using var arranged = new Arrange(
            Refuse("GET", Path7, 500, "server_error"),
            new ScriptedExchange("GET", "/v1" + Path7, HttpStatusCode.BadGateway, "<html>"),
            Refuse("GET", Path7, 503, "unavailable"),
            Refuse("GET", Path7, 429, "rate_limit_exceeded"),
            new ScriptedExchange("GET", "/v1" + Path7, HttpStatusCode.OK) { Throws = new HttpRequestException(HttpRequestError.ResponseEnded, "gone") },
            new ScriptedExchange("GET", "/v1" + Path7, HttpStatusCode.OK) { Throws = new TimeoutException("slow") },
            new ScriptedExchange("GET", "/v1" + Path7, HttpStatusCode.OK, "<html>"),
            Poll(Path7, Done(7)));

        arranged.Run(() => arranged.Client.Actions.WaitAsync(7)).Succeeded.ShouldBeTrue();

        arranged.Http.ShouldBeFinished();
    }

    [Fact]
    public void A_refused_poll_ends_the_waits_with_the_reason()
    {
        using var arranged = new Arrange(Refuse("GET", Path7, 401, "unauthorized"));

        Should.Throw<HetznerException>(() => arranged.Run(() => arranged.Client.Actions.WaitAsync(7))).Code.ShouldBe("unauthorized");
    }

    [Fact]
    public void An_id_missing_from_the_answer_fails_its_own_wait_only()
    {
        using var arranged = new Arrange(Poll("/actions?id=7&id=8", Running(7)), Poll(Path7, Done(7)));

        arranged.Run(async () =>
        {
            var known = arranged.Client.Actions.WaitAsync(7);
            var missing = arranged.Client.Actions.WaitAsync(8);
            var e = await SteppedClock.FailureOf<HetznerException>(missing);
            e.Code.ShouldBe("not_found");
            e.Message.ShouldContain("action 8");
            (await known).Succeeded.ShouldBeTrue();
        });
    }

    [Fact]
    public void A_broken_progress_display_fails_its_own_wait_only()
    {
        using var arranged = new Arrange(Poll(Path7, Done(7)));

        arranged.Run(async () =>
        {
            var broken = arranged.Client.Actions.WaitAsync(7, progress: new Told(null));
            var fine = arranged.Client.Actions.WaitAsync(7);
            await SteppedClock.FailureOf<InvalidOperationException>(broken);
            (await fine).Succeeded.ShouldBeTrue();
        });
    }

    [Fact]
    public void Polling_slows_down_when_the_budget_is_low()
    {
        var low = new Dictionary<string, string> { ["RateLimit-Limit"] = "3600", ["RateLimit-Remaining"] = "20" };
        using var arranged = new Arrange(Poll(Path7, Running(7)) with { Headers = low }, Poll(Path7, Done(7)));

        arranged.Run(() => arranged.Client.Actions.WaitAsync(7));

        arranged.Sent.Select(s => s.At).ShouldBe([1, 11], 0.06);
    }

    [Fact]
    public async Task A_disposed_client_leaves_nobody_waiting()
    {
        var arranged = new Arrange();
        var wait = arranged.Client.Actions.WaitAsync(7);

        arranged.Dispose();

        await Should.ThrowAsync<ObjectDisposedException>(() => wait);
        await Should.ThrowAsync<ObjectDisposedException>(() => arranged.Client.Actions.WaitAsync(7));
    }

    [Fact]
    public async Task Actions_are_read_one_by_one_or_many_at_a_time()
    {
        var batch = Enumerable.Range(1, 25).Select(i => (long)i).ToList();
        using var arranged = new Arrange(
            Ok("GET", "/actions/1800000000001", $$"""{"action":{{Done(1_800_000_000_001)}}}"""),
            Poll("/actions?" + string.Join('&', batch.Select(i => $"id={i}")), [.. batch.Select(Done)]),
            Poll("/actions?id=26"));

        (await arranged.Client.Actions.GetAsync(1_800_000_000_001)).Finished.ShouldBe(new DateTimeOffset(2026, 11, 21, 9, 0, 17, TimeSpan.Zero));
        (await arranged.Client.Actions.GetManyAsync([26, .. batch, 1])).Count.ShouldBe(25);
    }

    [Fact]
    public void A_status_nobody_knows_yet_is_not_an_end()
    {
        var action = new HetznerAction { Id = 1, Status = "paused" };

        (action.IsFinished, action.Succeeded).ShouldBe((false, false));
    }

    private sealed class Told(List<int>? seen) : IProgress<HetznerAction>
    {
        public void Report(HetznerAction value) => (seen ?? throw new InvalidOperationException("broken display")).Add(value.Progress);
    }
}
