using System.Net.ServerSentEvents;
using Slipway.Server.Tests.Support;

namespace Slipway.Server.Tests;

/// <summary>An operation's events: all of them, once, in order, and a word now and then.</summary>
public sealed class EventStreamTests
{
    [Fact]
    public async Task A_finished_operation_is_replayed_whole_and_the_stream_ends()
    {
        await using var system = await TestSystem.StartAsync();
        var agent = await system.RunningAgentAsync();
        var timeline = (await system.Client.Operations.GetAsync(agent.Operation!)).Timeline;

        var events = await ReadAllAsync(system, agent.Operation!);

        events.Select(e => e.EventType).ShouldBe([.. timeline.Select(_ => "timeline"), "finished"]);
        events.SkipLast(1).Select(e => e.EventId).ShouldBe(timeline.Select(t => $"{t.Sequence}"));
        events[^1].Data.ShouldContain("\"status\":\"succeeded\"");
    }

    [Fact]
    public async Task Resuming_after_any_event_brings_the_rest_without_gap_or_repetition()
    {
        await using var system = await TestSystem.StartAsync();
        var agent = await system.RunningAgentAsync();
        var all = (await ReadAllAsync(system, agent.Operation!)).Select(e => e.EventId).ToList();

        for (var seen = 0; seen < all.Count; seen++)
        {
            var rest = await ReadAllAsync(system, agent.Operation!, lastEventId: $"{seen}");
            rest.Select(e => e.EventId).ShouldBe(all.Skip(seen));
        }

        (await ReadAllAsync(system, agent.Operation!, lastEventId: "nonsense")).Count.ShouldBe(all.Count);
    }

    [Fact]
    public async Task Events_arrive_while_the_operation_runs_and_end_with_it()
    {
        await using var system = await TestSystem.StartAsync(cloud: options => options.BootTime = TimeSpan.FromHours(1));
        var agent = await system.OrderAsync(granted: true);
        using var limit = Eventually.Limit();
        await using var events = Follow(system, agent.Operation!, null, limit.Token).GetAsyncEnumerator(limit.Token);
        var ids = new List<string?>();
        do
        {
            (await events.MoveNextAsync()).ShouldBeTrue();
            ids.Add(events.Current.EventId);
        }
        while (!events.Current.Data.Contains("create-server", StringComparison.Ordinal));

        (await system.Client.Operations.GetAsync(agent.Operation!)).Status.ShouldBe("running");
        await system.Client.Agents.DestroyAsync(agent.Id);
        while (await events.MoveNextAsync() && events.Current.EventType == "timeline")
        {
            ids.Add(events.Current.EventId);
        }

        events.Current.EventType.ShouldBe("finished");
        events.Current.Data.ShouldContain("\"status\":\"undone\"");
        ids.ShouldBe(Enumerable.Range(1, ids.Count).Select(n => $"{n}"));
    }

    [Fact]
    public async Task A_silent_stream_says_now_and_then_that_it_is_alive()
    {
        await using var system = await TestSystem.StartAsync(
            new Dictionary<string, string> { ["Machines:AskAfter"] = "01:00:00" }, options => options.BootTime = TimeSpan.FromHours(2));
        var agent = await system.OrderAsync(granted: true);
        using var limit = Eventually.Limit();
        var alive = Follow(system, agent.Operation!, null, limit.Token).FirstAsync(e => e.EventType == "keep-alive", limit.Token).AsTask();

        await Eventually.BecomesAsync(() => Task.FromResult(alive.IsCompleted), c => c, "a keep-alive arrives", () => system.Clock.Leap(TimeSpan.FromSeconds(3)));

        (await alive).EventId.ShouldBeNull("resuming after it must not skip anything");
    }

    [Fact]
    public async Task A_stopping_server_ends_its_streams_instead_of_waiting_for_them()
    {
        await using var system = await TestSystem.StartAsync(cloud: options => options.BootTime = TimeSpan.FromHours(1));
        var agent = await system.OrderAsync(granted: true);
        using var limit = Eventually.Limit();
        await using var events = Follow(system, agent.Operation!, null, limit.Token).GetAsyncEnumerator(limit.Token);
        (await events.MoveNextAsync()).ShouldBeTrue();

        await system.StopServerAsync().WaitAsync(limit.Token);
    }

    private static async Task<List<SseItem<string>>> ReadAllAsync(TestSystem system, string operation, string? lastEventId = null)
    {
        using var limit = Eventually.Limit();
        return await Follow(system, operation, lastEventId, limit.Token).ToListAsync(limit.Token);
    }

    private static async IAsyncEnumerable<SseItem<string>> Follow(
        TestSystem system, string operation, string? lastEventId, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"v1/operations/{operation}/events");
        if (lastEventId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastEventId);
        }

        using var response = await system.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        await foreach (var item in SseParser.Create(stream).EnumerateAsync(cancellationToken))
        {
            yield return item;
        }
    }
}
