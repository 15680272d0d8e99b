using System.Net;
using Slipway.Cli.Tests.Fakes;
using Slipway.Client;
using Slipway.Testing;

namespace Slipway.Cli.Tests.Client;

public sealed class FollowTests : IAsyncLifetime
{
    private const string Events = "GET /v1/operations/op-1/events";

    private FakeServer _server = null!;

    public async Task InitializeAsync() => _server = await FakeServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Every_entry_comes_once_in_order_however_often_the_connection_drops()
    {
        Streams(new EventScript().Sends(Samples.Success[..2]).ThenBreaks());
        Streams(new EventScript().ThenBreaks());
        _server.Refuses(Events, 503, "starting", "The server starts.");
        Streams(new EventScript().Sends(Samples.Success[..4]));
        Streams(new EventScript().Writes(": keep-alive\n\nevent: news\ndata: {}\n\n").Sends(Samples.Success[4..]).Finishes(Samples.Provisioned));
        var time = new ImpatientTimeProvider();

        var seen = await ReadAsync(time);

        seen.OfType<OperationProgress>().Select(progress => progress.Entry.Sequence).ShouldBe([1, 2, 3, 4, 5, 6, 7]);
        seen[^1].ShouldBeOfType<OperationFinished>().Operation.Status.ShouldBe("succeeded");
        _server.Requests.Select(request => request.TrimEnd('\t')).ShouldBe([Events, $"{Events} after 2", $"{Events} after 2", $"{Events} after 2", $"{Events} after 4"]);
        time.Pauses.Select(pause => pause.TotalSeconds).ShouldBe([0.5, 0.5, 1, 0.5]);
    }

    [Fact]
    public async Task Reading_may_begin_in_the_middle()
    {
        Streams(new EventScript().Sends(Samples.Success).Finishes(Samples.Provisioned));

        (await ReadAsync(new ImpatientTimeProvider(), after: 5)).Count.ShouldBe(3);
        _server.Requests.Single().ShouldStartWith($"{Events} after 5");
    }

    [Fact]
    public async Task It_gives_up_after_eight_failures_in_a_row_and_says_so()
    {
        for (var i = 0; i < 8; i++)
        {
            Streams(new EventScript().ThenBreaks());
        }

        var time = new ImpatientTimeProvider();
        var lost = await Should.ThrowAsync<SlipwayException>(ReadAsync(time));

        lost.Code.ShouldBe(SlipwayException.StreamLostCode);
        lost.Detail.ShouldContain("op-1");
        time.Pauses.Select(pause => pause.TotalSeconds).ShouldBe([0.5, 1, 2, 4, 8, 15, 15]);
        _server.ShouldBeFinished();
    }

    [Theory]
    [InlineData(404)]
    [InlineData(401)]
    [InlineData(403)]
    public async Task A_refusal_no_patience_can_change_ends_it_at_once(int status)
    {
        _server.Refuses(Events, status, "no", "No.");

        (await Should.ThrowAsync<SlipwayException>(ReadAsync(new ImpatientTimeProvider()))).Status.ShouldBe((HttpStatusCode)status);
        _server.ShouldBeFinished();
    }

    [Fact]
    public async Task What_is_no_event_stream_is_not_asked_for_again()
    {
        _server.Answers(Events, Samples.Provisioning);

        (await Should.ThrowAsync<SlipwayException>(ReadAsync(new ImpatientTimeProvider()))).Code.ShouldBe(SlipwayException.NotSlipwayCode);
        _server.ShouldBeFinished();
    }

    [Fact]
    public async Task A_connection_that_fell_silent_is_given_up_and_resumed()
    {
        var silent = new EventScript().Sends(Samples.Success[..3]).ThenHangs();
        Streams(silent);
        Streams(new EventScript().Sends(Samples.Success[3..]).Finishes(Samples.Provisioned));
        var time = new ManualTimeProvider();
        using var slipway = new SlipwayClient(_server.Address, FakeServer.Token, time);
        await using var events = slipway.Operations.FollowAsync("op-1").GetAsyncEnumerator();
        for (var i = 0; i < 3; i++)
        {
            await events.MoveNextAsync();
        }

        await silent.Hanging;
        var next = events.MoveNextAsync().AsTask();
        while (time.ArmedTimers == 0)
        {
            await Task.Yield();
        }

        time.Advance(TimeSpan.FromSeconds(60));
        for (var seconds = 0; _server.Requests.Count == 1; await Task.Yield())
        {
            // Only the pause before the second connection may be armed here, and it is a short one.
            if (time.ArmedTimers > 0)
            {
                time.Advance(TimeSpan.FromSeconds(1));
                (++seconds).ShouldBeLessThan(5);
            }
        }

        await next;
        events.Current.ShouldBe(new OperationProgress(Samples.Success[3]));
    }

    [Fact]
    public async Task Cancelling_stops_the_reading()
    {
        var script = new EventScript().Sends(Samples.Success[..1]).ThenHangs();
        Streams(script);
        using var stop = new CancellationTokenSource();
        using var slipway = new SlipwayClient(_server.Address, FakeServer.Token);
        var reading = slipway.Operations.FollowAsync("op-1", 0, stop.Token).GetAsyncEnumerator(CancellationToken.None);
        await reading.MoveNextAsync();
        await script.Hanging;

        await stop.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(reading.MoveNextAsync().AsTask());
        _server.ShouldBeFinished();
    }

    private void Streams(EventScript script) => _server.Responds(Events, script.PlayAsync);

    private async Task<List<OperationEvent>> ReadAsync(TimeProvider time, long after = 0)
    {
        using var slipway = new SlipwayClient(_server.Address, FakeServer.Token, time);
        var seen = new List<OperationEvent>();
        await foreach (var happened in slipway.Operations.FollowAsync("op-1", after))
        {
            seen.Add(happened);
        }

        return seen;
    }
}
