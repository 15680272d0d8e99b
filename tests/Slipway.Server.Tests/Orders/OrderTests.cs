using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Secrets;
using Slipway.Server.Tests.Support;

namespace Slipway.Server.Tests.Orders;

/// <summary>From a form to a running agent and away again, as customers do it who have neither an account nor JavaScript.</summary>
public sealed class OrderTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task P2_S1_A_form_becomes_an_encrypted_draft_a_payment_and_a_running_agent_that_says_how_to_reach_it()
    {
        await using var shop = await OrderSystem.StartAsync();
        var form = await shop.GetAsync("order/hello");
        form.ShouldContain("Hello &amp; welcome");
        form.ShouldContain("€9.00 &lt;a month&gt;", Case.Sensitive, "what comes from settings is text, not markup");
        form.ShouldContain("Falkenstein, Germany");

        var (page, checkout) = await shop.OrderAsync();

        var agent = (await shop.System.Client.Agents.ListAsync()).ShouldHaveSingleItem();
        (agent.Status, agent.Wanted, agent.Id).ShouldBe(("draft", "nothing", OrderSystem.AgentOf(page)));
        (await SecretAsync(shop, agent.Id)).ShouldBe(OrderSystem.Secret);
        (await shop.System.QueryAsync<string>("SELECT ciphertext FROM secrets WHERE owner = @Id", new { agent.Id })).ShouldHaveSingleItem().ShouldStartWith("v1.");
        (await shop.GetAsync(page)).ShouldContain("data-state=\"unpaid\"");
        await shop.System.Cloud.ShouldBeEmptyAsync();

        await shop.PayAsync(checkout);
        (await shop.GetAsync(page + "?paid=1")).ShouldNotContain("data-state=\"unpaid\"");
        var running = await shop.BecomesAsync(page, "running");

        var machine = (await shop.System.Client.Agents.GetAsync(agent.Id)).Machine!;
        running.ShouldContain($"Open http://{machine.TailscaleIp}:8080/health.");
        shop.System.Log.Text.ShouldNotContain(page.Split('.')[^1], Case.Sensitive, "the link is a key");
        shop.System.Log.Text.ShouldNotContain(OrderSystem.Secret);
        (await shop.System.QueryAsync<string>("SELECT actor || ' ' || action FROM audit WHERE target = @Id", new { agent.Id })).ShouldBe(["customer order.place"]);
    }

    [Fact]
    public async Task A_form_that_is_sent_twice_at_once_is_one_order_and_one_payment_page()
    {
        await using var shop = await OrderSystem.StartAsync();
        var form = await shop.FormAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => shop.SubmitAsync(form)));

        answers.ShouldAllBe(a => a.Answer.StatusCode == HttpStatusCode.SeeOther);
        answers.Select(a => a.Answer.Headers.Location).Distinct().ShouldHaveSingleItem();
        (await shop.System.Client.Agents.ListAsync()).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Whoever_comes_back_and_corrects_the_form_has_the_same_order_with_what_it_says_now_until_it_is_paid()
    {
        await using var shop = await OrderSystem.StartAsync();
        var form = await shop.FormAsync();
        var (first, _) = await shop.SubmitAsync(form, "first-secret-0123456789");
        var (second, _) = await shop.SubmitAsync(form, "second-secret-0123456789", "nbg1");

        second.Headers.Location.ShouldBe(first.Headers.Location);
        var agent = (await shop.System.Client.Agents.ListAsync()).ShouldHaveSingleItem();
        (await SecretAsync(shop, agent.Id)).ShouldBe("second-secret-0123456789");
        (await shop.System.QueryAsync<string>("SELECT location FROM agents")).ShouldBe(["nbg1"]);

        var page = await shop.PageAsync(first.Headers.Location!);
        await shop.PayAsync(first.Headers.Location!);
        await shop.BecomesAsync(page, "running");
        var (late, _) = await shop.SubmitAsync(form, "third-secret-01234567890");
        late.Headers.Location!.ToString().ShouldStartWith(page);
        (await SecretAsync(shop, agent.Id)).ShouldBe("second-secret-0123456789");
    }

    [Fact]
    public async Task A_session_that_expires_takes_the_draft_and_its_secrets_with_it()
    {
        await using var shop = await OrderSystem.StartAsync();
        var (page, checkout) = await shop.OrderAsync();

        await shop.SendAsync(HttpMethod.Post, checkout.AbsoluteUri, OrderSystem.Form(("do", "expire")));

        await shop.BecomesAsync(page, "closed");
        (await shop.System.QueryAsync<string>("SELECT name FROM secrets WHERE owner = @id", new { id = OrderSystem.AgentOf(page) })).ShouldBeEmpty();
        await shop.PostAsync(page + "/pay");
        (await shop.System.QueryAsync<string>("SELECT status FROM checkouts")).ShouldBe(["erased"]);
    }

    [Fact]
    public async Task An_order_whose_expiry_was_never_told_is_erased_all_the_same()
    {
        await using var shop = await OrderSystem.StartAsync(new Dictionary<string, string> { ["Payments:CatchUpEvery"] = "30.00:00:00" });
        await shop.System.Cloud.WebhooksToAsync(new Uri("http://127.0.0.1:9/"));
        var (page, _) = await shop.OrderAsync();

        shop.System.Clock.Leap(TimeSpan.FromHours(26));

        await shop.BecomesAsync(page, "closed", () => shop.System.Clock.Leap(TimeSpan.FromMinutes(1)));
        (await shop.System.QueryAsync<string>("SELECT name FROM secrets WHERE owner = @id", new { id = OrderSystem.AgentOf(page) })).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_declined_card_leaves_the_order_as_it_was_and_it_can_be_paid_from_its_own_page()
    {
        await using var shop = await OrderSystem.StartAsync();
        var (page, checkout) = await shop.OrderAsync();
        var (_, declined) = await shop.SendAsync(HttpMethod.Post, checkout.AbsoluteUri, OrderSystem.Form(("do", "decline")));
        declined.ShouldContain("declined");
        (await shop.GetAsync(page)).ShouldContain("data-state=\"unpaid\"");

        var (again, _) = await shop.SendAsync(HttpMethod.Post, page + "/pay", OrderSystem.Form());
        again.Headers.Location.ShouldBe(checkout);
        await shop.PayAsync(checkout);

        await shop.BecomesAsync(page, "running");
    }

    [Fact]
    public async Task An_order_that_is_cancelled_before_it_is_paid_is_erased_and_nobody_can_pay_for_it()
    {
        await using var shop = await OrderSystem.StartAsync();
        var (page, checkout) = await shop.OrderAsync();

        await shop.PostAsync(page + "/cancel");

        (await shop.GetAsync(page)).ShouldContain("data-state=\"closed\"");
        var (_, text) = await shop.SendAsync(HttpMethod.Get, checkout.AbsoluteUri);
        text.ShouldContain("This session is expired");
    }

    [Fact]
    public async Task With_Stripe_away_the_order_is_kept_and_paid_for_later_at_one_session()
    {
        await using var shop = await OrderSystem.StartAsync();
        shop.System.ToCloud.Loses = request => request.Path.Value!.EndsWith("/checkout/sessions", StringComparison.Ordinal);
        var (answer, text) = await shop.SubmitAsync(await shop.FormAsync());
        answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        var page = text.Split("href=\"/orders/")[1].Split('"')[0];

        // The request arrives, and its answer does not.
        shop.System.ToCloud.Loses = _ => false;
        shop.System.ToCloud.HoldsAnswer = request => request.Path.Value!.EndsWith("/checkout/sessions", StringComparison.Ordinal)
            ? Task.FromException(new HttpRequestException("the answer is lost")) : Task.CompletedTask;
        await shop.PostAsync($"orders/{page}/pay", HttpStatusCode.ServiceUnavailable);
        shop.System.ToCloud.HoldsAnswer = _ => Task.CompletedTask;

        var (paying, _) = await shop.SendAsync(HttpMethod.Post, $"orders/{page}/pay", OrderSystem.Form());
        await shop.PayAsync(paying.Headers.Location!);
        await shop.BecomesAsync("orders/" + page, "running");
        (await shop.System.Client.Agents.ListAsync()).Count.ShouldBe(1);
    }

    [Fact]
    public async Task L1_L2_A_customer_stops_starts_cancels_and_keeps_with_the_link()
    {
        await using var shop = await OrderSystem.StartAsync();
        var (page, checkout) = await shop.OrderAsync();
        await shop.PayAsync(checkout);
        await shop.BecomesAsync(page, "running");

        await shop.PostAsync(page + "/stop");
        await shop.BecomesAsync(page, "stopped", () => shop.System.Clock.Leap(Second));
        await shop.PostAsync(page + "/stop");
        await shop.PostAsync(page + "/start");
        await shop.BecomesAsync(page, "running", () => shop.System.Clock.Leap(Second));
        await shop.PostAsync(page + "/keep", HttpStatusCode.Conflict);
        await shop.PostAsync(page + "/cancel");
        await Eventually.BecomesAsync(() => shop.GetAsync(page), t => t.Contains("You have cancelled", StringComparison.Ordinal), "the cancellation is seen");
        (await shop.System.Client.Agents.GetAsync(OrderSystem.AgentOf(page))).Wanted.ShouldBe("running", "it is paid until then");
        await shop.PostAsync(page + "/keep");
        await Eventually.BecomesAsync(() => shop.GetAsync(page), t => !t.Contains("You have cancelled", StringComparison.Ordinal), "it was taken back");
    }

    [Fact]
    public async Task P2_Who_was_stopped_for_want_of_payment_starts_by_paying_and_not_by_the_button()
    {
        await using var shop = await OrderSystem.StartAsync(new Dictionary<string, string> { ["Payments:Grace"] = "00:00:00" });
        var (page, checkout) = await shop.OrderAsync();
        await shop.PayAsync(checkout);
        await shop.BecomesAsync(page, "running");
        var subscription = (await shop.System.QueryAsync<string>("SELECT id FROM subscriptions")).ShouldHaveSingleItem();
        await shop.System.Cloud.SetSubscriptionAsync(subscription, "unpaid");
        var stopped = await shop.BecomesAsync(page, "stopped", () => shop.System.Clock.Leap(Second));

        stopped.ShouldContain("the last payment failed");
        stopped.ShouldNotContain("id=\"start\"");
        await shop.PostAsync(page + "/start", HttpStatusCode.Conflict);
        (await shop.System.Client.Agents.GetAsync(OrderSystem.AgentOf(page))).Status.ShouldBe("paused");
    }

    [Fact]
    public async Task P2_What_cannot_be_set_up_is_told_without_what_went_wrong_inside_and_paid_back()
    {
        await using var shop = await OrderSystem.StartAsync();
        await shop.System.Cloud.FaultAsync("POST /v1/servers", "answer", 422, """{"error":{"code":"invalid_input","message":"inner workings"}}""", times: 1000);
        var (page, checkout) = await shop.OrderAsync();
        await shop.PayAsync(checkout);

        var text = await shop.BecomesAsync(page, "failed", () => shop.System.Clock.Leap(Second));

        text.ShouldContain("Your payment goes back to you");
        text.ShouldNotContain("inner workings");
        await Eventually.BecomesAsync(() => shop.System.Cloud.RefundsAsync(), r => r.Count == 1, "the money goes back", () => shop.System.Clock.Leap(Second));
    }

    [Fact]
    public async Task The_page_follows_live_over_events()
    {
        await using var shop = await OrderSystem.StartAsync();
        var (page, checkout) = await shop.OrderAsync();
        using var limit = Eventually.Limit();
        using var http = new HttpClient { BaseAddress = shop.System.Address };
        await using var events = await http.GetStreamAsync(new Uri(page.TrimStart('/') + "/events", UriKind.Relative), limit.Token);
        using var lines = new StreamReader(events);
        (await UntilAsync(lines, "data-state=", limit.Token)).ShouldContain("unpaid");

        await shop.PayAsync(checkout);

        await UntilAsync(lines, "data-state=\"running\"", limit.Token);
    }

    private static async Task<string> UntilAsync(StreamReader lines, string text, CancellationToken cancellationToken)
    {
        while (await lines.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.Contains(text, StringComparison.Ordinal))
            {
                return line;
            }
        }

        throw new InvalidOperationException($"The stream ended before '{text}'.");
    }

    private static async Task<string> SecretAsync(OrderSystem shop, string agent) =>
        (await shop.System.Services.GetRequiredService<SecretStore>().FindAsync(agent, "GREETING_TOKEN"))!.Reveal();
}
