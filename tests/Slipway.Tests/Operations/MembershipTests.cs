using Slipway.Operations.Nodes;
using Slipway.Storage;
using Slipway.Testing;

namespace Slipway.Tests.Operations;

/// <summary>Who may act, and who is dead: decided by each on its own clock.</summary>
public sealed class MembershipTests : IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly Membership _membership;

    public MembershipTests() => _membership = new Membership(new IdSource(new Entropy()), _time);

    public void Dispose() => _membership.Dispose();

    [Fact]
    public void One_alone_may_always_act()
    {
        _time.Advance(TimeSpan.FromDays(1));

        _membership.IsCurrent.ShouldBeTrue();
        _membership.IsShared.ShouldBeFalse();
    }

    [Fact]
    public void A_node_stops_by_itself_before_anybody_may_take_over()
    {
        Membership.ValidFor.ShouldBeLessThan(Membership.DeadAfter);
        (Membership.BeatEvery * 3).ShouldBeLessThan(Membership.ValidFor, "one lost heartbeat, or two, are no reason to stop");
        (Membership.DeadAfter + Membership.BeatEvery).ShouldBeLessThan(TimeSpan.FromSeconds(15) - (2 * Membership.BeatEvery));
        var life = Enter();

        _time.Advance(Membership.ValidFor - TimeSpan.FromMilliseconds(1));
        (life.IsCurrent, life.Ended.IsCancellationRequested).ShouldBe((true, false));
        _time.Advance(TimeSpan.FromMilliseconds(1));

        life.Ended.IsCancellationRequested.ShouldBeTrue("the timer cuts off what runs, without anybody asking");
        life.IsCurrent.ShouldBeFalse();
    }

    [Fact]
    public void A_heartbeat_counts_from_when_it_was_sent_not_from_when_it_arrived()
    {
        var life = Enter();
        var (sent, at) = (_time.GetTimestamp(), _time.GetUtcNow());
        _time.Advance(TimeSpan.FromSeconds(7));

        life.Confirm(sent, at);
        _time.Advance(TimeSpan.FromSeconds(0.5));

        life.IsCurrent.ShouldBeFalse();
    }

    [Fact]
    public void A_life_that_ended_does_not_come_back_with_a_late_answer()
    {
        var life = Enter();
        _time.Advance(Membership.ValidFor);

        life.Confirm(_time.GetTimestamp(), _time.GetUtcNow());

        life.IsCurrent.ShouldBeFalse();
        Enter().Id.ShouldNotBe(life.Id);
        _membership.IsCurrent.ShouldBeTrue();
    }

    [Fact]
    public async Task Nothing_is_sent_for_a_process_that_others_may_take_for_dead()
    {
        Enter();
        using var sent = new HttpMessageInvoker(new MembersOnlyHandler(_membership) { InnerHandler = new Answers() });
        using var request = new HttpRequestMessage(HttpMethod.Post, "http://cloud/servers");
        (await sent.SendAsync(request, default)).EnsureSuccessStatusCode();

        _time.Advance(Membership.ValidFor);

        var refusal = await Should.ThrowAsync<HttpRequestException>(() => sent.SendAsync(request, default));
        refusal.HttpRequestError.ShouldBe(HttpRequestError.ConnectionError, "whoever sent it may be sure that nothing arrived");
    }

    [Fact]
    public void Who_beats_lives_and_who_does_not_is_dead_after_a_while_on_the_watchers_clock()
    {
        var observer = new NodeObserver(_time);
        observer.Look([Node("a", 1), Node("b", 1)]).ShouldBeEmpty();
        for (var beat = 2; beat <= 7; beat++)
        {
            _time.Advance(Membership.BeatEvery);
            observer.Look([Node("a", beat), Node("b", 1)]).ShouldBeEmpty();
        }

        _time.Advance(Membership.BeatEvery);

        observer.Look([Node("a", 8), Node("b", 1)]).ShouldHaveSingleItem().ShouldBe(Node("b", 1));
    }

    [Fact]
    public void One_that_could_not_look_for_a_while_judges_nobody_by_that_time()
    {
        var observer = new NodeObserver(_time);
        observer.Look([Node("a", 1)]);
        _time.Advance(TimeSpan.FromMinutes(1));

        observer.Forget();

        observer.Look([Node("a", 1)]).ShouldBeEmpty();
    }

    [Fact]
    public void A_message_is_for_whom_it_names()
    {
        NodeMessage.WokenAt("node-1", NodeMessage.Wake("node-1", "op-1")).ShouldBe("op-1");
        NodeMessage.WokenAt("node-2", NodeMessage.Wake("node-1", "op-1")).ShouldBeNull();
        NodeMessage.WokenAt("node-1", NodeMessage.Due).ShouldBeNull();
    }

    private static NodeRow Node(string id, long beats) => new() { Id = id, Process = id, Beats = beats };

    private Life Enter()
    {
        var life = _membership.NewLife();
        _membership.Enter(life);
        return life;
    }

    private sealed class Answers : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage());
    }
}
