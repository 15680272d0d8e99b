using System.Net;
using Slipway.Client;
using Slipway.Server.Tests.Support;

namespace Slipway.Server.Tests.Orders;

/// <summary>A customer who lost the link gets another from an operator.</summary>
public sealed class CustomerLinkTests
{
    [Fact]
    public async Task A_lost_link_is_replaced_and_opens_nothing_any_more()
    {
        await using var shop = await OrderSystem.StartAsync();
        var (lost, _) = await shop.OrderAsync();
        var agent = OrderSystem.AgentOf(lost);
        await shop.GetAsync(lost);

        var first = await shop.System.Client.Agents.ReplaceLinkAsync(agent);
        var second = await shop.System.Client.Agents.ReplaceLinkAsync(agent);

        first.Url.ShouldNotBe(second.Url);
        first.ToString().ShouldNotContain(first.Url);
        var page = new Uri(second.Url).AbsolutePath;
        (await shop.GetAsync(page)).ShouldContain("data-state=\"unpaid\"");
        foreach (var old in (string[])[lost, new Uri(first.Url).AbsolutePath, page + "A", page.Replace(".2.", ".3.", StringComparison.Ordinal), page.Replace(".2.", ".02.", StringComparison.Ordinal)])
        {
            await shop.GetAsync(old, HttpStatusCode.NotFound);
            await shop.GetAsync(old + "/events", HttpStatusCode.NotFound);
            await shop.GetAsync(old + "/secrets", HttpStatusCode.NotFound);
            await shop.PostAsync(old + "/cancel", HttpStatusCode.NotFound);
        }

        (await shop.System.QueryAsync<string>("SELECT detail FROM audit WHERE target = @agent AND action = 'agent.link' AND actor LIKE 'test%'", new { agent }))
            .ShouldBe(["replaced", "replaced"]);
        shop.System.Log.Text.ShouldNotContain(page.Split('.')[^1]);
        await shop.PostAsync(page + "/cancel");
        (await shop.GetAsync(page)).ShouldContain("data-state=\"closed\"");
    }

    [Fact]
    public async Task Whoever_pays_after_the_link_was_replaced_comes_back_to_the_page_that_is_good()
    {
        await using var shop = await OrderSystem.StartAsync();
        var form = await shop.FormAsync();
        var (order, _) = await shop.SubmitAsync(form);
        await shop.PayAsync(order.Headers.Location!);
        var page = await shop.PageAsync(order.Headers.Location!);
        await shop.BecomesAsync(page, "running");
        var good = new Uri((await shop.System.Client.Agents.ReplaceLinkAsync(OrderSystem.AgentOf(page))).Url).AbsolutePath;

        var (again, _) = await shop.SubmitAsync(form);

        again.Headers.Location!.ToString().ShouldStartWith(good);
        (await shop.GetAsync(good)).ShouldContain("data-state=\"running\"");
    }

    [Fact]
    public async Task An_agent_without_a_customer_has_no_link_and_an_unknown_one_is_404()
    {
        await using var system = await TestSystem.StartAsync();
        var agent = await system.OrderAsync();

        (await Should.ThrowAsync<SlipwayException>(() => system.Client.Agents.ReplaceLinkAsync(agent.Id))).Code.ShouldBe("no_customer");
        (await Should.ThrowAsync<SlipwayException>(() => system.Client.Agents.ReplaceLinkAsync("agt-nobody"))).Code.ShouldBe("agent_not_found");
    }

    [Fact]
    public async Task What_nobody_expected_is_a_page_too_and_says_nothing_of_what_is_inside()
    {
        await using var shop = await OrderSystem.StartAsync();
        var (page, _) = await shop.OrderAsync();
        await shop.System.WriteAsync("ALTER TABLE agents RENAME TO agents_elsewhere");

        foreach (var (method, path) in new[] { (HttpMethod.Get, page), (HttpMethod.Get, page + "/events"), (HttpMethod.Post, page + "/stop") })
        {
            var (answer, text) = await shop.SendAsync(method, path, method == HttpMethod.Post ? OrderSystem.Form() : null);

            answer.StatusCode.ShouldBe(HttpStatusCode.InternalServerError, text);
            answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/html");
            answer.Headers.GetValues("Content-Security-Policy").ShouldHaveSingleItem();
            text.ShouldContain("Something went wrong");
            text.ShouldNotContain("agents");
        }

        shop.System.Log.Text.ShouldContain("A customer's page could not be made");
        shop.System.Log.Text.ShouldNotContain(page.Split('.')[^1]);
        await shop.System.WriteAsync("ALTER TABLE agents_elsewhere RENAME TO agents");
    }
}
