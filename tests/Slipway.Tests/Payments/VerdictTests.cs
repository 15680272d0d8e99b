using Slipway.Agents;
using Slipway.Payments;

namespace Slipway.Tests.Payments;

/// <summary>The arithmetic of what a subscription asks for.</summary>
public sealed class VerdictTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 9, 0, 0, TimeSpan.Zero);
    private static readonly PaymentTerms Terms = new();

    [Theory]
    [InlineData("trialing", Wanted.Running, PaymentNotice.None)]
    [InlineData("active", Wanted.Running, PaymentNotice.None)]
    [InlineData("paused", Wanted.Stopped, PaymentNotice.Paused)]
    [InlineData("canceled", Wanted.Destroyed, PaymentNotice.Ended)]
    [InlineData("incomplete_expired", Wanted.Destroyed, PaymentNotice.Ended)]
    [InlineData("incomplete", Wanted.Nothing, PaymentNotice.AwaitingPayment)]
    [InlineData("invented_next_year", Wanted.Nothing, PaymentNotice.Unknown)]
    public void P2_a_status_asks_for_this_and_never_for_another_look(string status, Wanted wanted, PaymentNotice notice) =>
        Of(status).ShouldBe(new Verdict(wanted, notice));

    [Theory]
    [InlineData("past_due", 0, Wanted.Running, PaymentNotice.PaymentFailed, 72)]
    [InlineData("past_due", 71, Wanted.Running, PaymentNotice.PaymentFailed, 72)]
    [InlineData("past_due", 72, Wanted.Stopped, PaymentNotice.StoppedUnpaid, 408)]
    [InlineData("past_due", 407, Wanted.Stopped, PaymentNotice.StoppedUnpaid, 408)]
    [InlineData("unpaid", 0, Wanted.Stopped, PaymentNotice.StoppedUnpaid, 408)]
    [InlineData("unpaid", 407, Wanted.Stopped, PaymentNotice.StoppedUnpaid, 408)]
    public void P2_what_is_owed_for_so_many_hours_runs_then_stops(string status, int hours, Wanted wanted, PaymentNotice notice, int lookAfter)
    {
        var since = Now - TimeSpan.FromHours(hours);

        Of(status, since).ShouldBe(new Verdict(wanted, notice, since + TimeSpan.FromHours(lookAfter)));
    }

    [Theory]
    [InlineData("past_due")]
    [InlineData("unpaid")]
    public void P2_what_is_owed_for_seventeen_days_is_given_up(string status) =>
        Of(status, Now - TimeSpan.FromDays(17)).ShouldBe(new Verdict(Wanted.Destroyed, PaymentNotice.Ended) { IsGivenUp = true });

    [Theory]
    [InlineData("active")]
    [InlineData("trialing")]
    [InlineData("past_due")]
    [InlineData("paused")]
    public void P2_no_payment_brings_back_what_was_given_up(string status) =>
        Verdict.Of(new SubscriptionFacts { Status = status, UnpaidSince = Now, GivenUpAt = Now - TimeSpan.FromDays(1) }, Terms, Now)
            .ShouldBe(new Verdict(Wanted.Destroyed, PaymentNotice.Ended) { IsGivenUp = true });

    [Theory]
    [InlineData("active", Wanted.Nothing, PaymentNotice.AwaitingPayment, false)]
    [InlineData("incomplete", Wanted.Nothing, PaymentNotice.AwaitingPayment, false)]
    [InlineData("past_due", Wanted.Destroyed, PaymentNotice.Ended, true)]
    [InlineData("unpaid", Wanted.Destroyed, PaymentNotice.Ended, true)]
    [InlineData("canceled", Wanted.Destroyed, PaymentNotice.Ended, false)]
    public void P2_an_order_whose_bank_debit_has_not_arrived_waits_and_one_whose_debit_failed_is_erased(string status, Wanted wanted, PaymentNotice notice, bool isGivenUp) =>
        Verdict.Of(new SubscriptionFacts { Status = status, UnpaidSince = Now, UnpaidAgentId = "agt-1" }, Terms, Now)
            .ShouldBe(new Verdict(wanted, notice) { IsGivenUp = isGivenUp });

    [Fact]
    public void P2_both_times_are_settings()
    {
        var terms = new PaymentTerms { Grace = TimeSpan.FromHours(1), DestroyAfter = TimeSpan.FromHours(2) };

        Of("past_due", Now - TimeSpan.FromMinutes(59), terms).Wanted.ShouldBe(Wanted.Running);
        Of("past_due", Now - TimeSpan.FromMinutes(60), terms).Wanted.ShouldBe(Wanted.Stopped);
        Of("past_due", Now - TimeSpan.FromMinutes(180), terms).Wanted.ShouldBe(Wanted.Destroyed);
    }

    [Fact]
    public void P2_one_that_is_cancelled_to_a_date_runs_until_then_and_is_looked_at_then()
    {
        var end = Now + TimeSpan.FromDays(5);
        var facts = new SubscriptionFacts { Status = "active", EndsAt = end };

        Verdict.Of(facts, Terms, Now).ShouldBe(new Verdict(Wanted.Running, PaymentNotice.Ending, end));
        Verdict.Of(facts, Terms, end).ShouldBe(new Verdict(Wanted.Running, PaymentNotice.Ending, end + TimeSpan.FromHours(1)), "only Stripe says that it has ended");
    }

    /// <summary>Otherwise it would be looked at again and again in the same moment.</summary>
    [Theory]
    [InlineData("trialing")]
    [InlineData("active")]
    [InlineData("past_due")]
    [InlineData("unpaid")]
    [InlineData("paused")]
    [InlineData("canceled")]
    [InlineData("incomplete")]
    public void The_next_look_is_never_now_and_never_in_the_past(string status)
    {
        for (var hours = -500; hours <= 500; hours++)
        {
            var facts = new SubscriptionFacts { Status = status, UnpaidSince = Now + TimeSpan.FromHours(Math.Min(hours, 0)), EndsAt = Now + TimeSpan.FromHours(hours) };

            (Verdict.Of(facts, Terms, Now).LookAt ?? DateTimeOffset.MaxValue).ShouldBeGreaterThan(Now, $"{status}, {hours} h");
        }
    }

    private static Verdict Of(string status, DateTimeOffset? unpaidSince = null, PaymentTerms? terms = null) =>
        Verdict.Of(new SubscriptionFacts { Status = status, UnpaidSince = unpaidSince }, terms ?? Terms, Now);
}
