using System.Net;
using System.Text;
using Slipway.Server.Orders;
using Slipway.Server.Tests.Support;

namespace Slipway.Server.Tests.Orders;

/// <summary>What strangers may send to the public pages, and what it gets them: nothing.</summary>
public sealed class StrangerTests
{
    [Fact]
    public async Task A_form_that_is_not_ours_or_not_a_form_is_refused_and_nothing_is_kept()
    {
        await using var shop = await OrderSystem.StartAsync();
        var form = await shop.FormAsync();
        var other = form[..^1] + (form[^1] == 'A' ? 'B' : 'A');
        foreach (var forged in new[] { "", ".", "..", "x.y.z", form[..^1], form + "A", other, form.Replace(form.Split('.')[0], "9999999999", StringComparison.Ordinal), "999999999999999999999." + form[11..], "\u0661" + form[1..] })
        {
            var (answer, text) = await shop.SubmitAsync(forged);
            answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest, forged);
            text.ShouldNotContain(OrderSystem.Secret);
        }

        foreach (var (content, status) in new (HttpContent, HttpStatusCode)[]
        {
            (new StringContent("{}", Encoding.UTF8, "application/json"), HttpStatusCode.UnsupportedMediaType),
            (new MultipartFormDataContent { { new StringContent(form), "form" } }, HttpStatusCode.UnsupportedMediaType),
            (new StringContent("form=" + form, Encoding.UTF8, "text/plain"), HttpStatusCode.UnsupportedMediaType),
            (new StringContent("secret.GREETING_TOKEN=" + new string('x', 130 * 1024), Encoding.UTF8, "application/x-www-form-urlencoded"), HttpStatusCode.RequestEntityTooLarge),
            (Bytes([0x66, 0x6f, 0x72, 0x6d, 0x3d, 0xff, 0xfe]), HttpStatusCode.BadRequest),
            (Bytes([]), HttpStatusCode.BadRequest),
            (OrderSystem.Form(("form", form), ("form", form), ("secret.GREETING_TOKEN", OrderSystem.Secret)), HttpStatusCode.BadRequest),
            (OrderSystem.Form(("form", form), ("wanted", "Running"), ("secret.GREETING_TOKEN", OrderSystem.Secret)), HttpStatusCode.BadRequest),
            (OrderSystem.Form(("form", form)), HttpStatusCode.UnprocessableEntity),
            (OrderSystem.Form(("form", form), ("secret.GREETING_TOKEN", OrderSystem.Secret), ("secret.PATH", "x")), HttpStatusCode.UnprocessableEntity),
            (OrderSystem.Form(("form", form), ("secret.GREETING_TOKEN", OrderSystem.Secret), ("location", "mars")), HttpStatusCode.UnprocessableEntity),
            (OrderSystem.Form(("form", form), ("secret.GREETING_TOKEN", "ＧＲＥＥＴＩＮＧ＿ＴＯＫＥＮ＿０１")), HttpStatusCode.UnprocessableEntity),
            (OrderSystem.Form(("form", form), ("secret.GREETING_TOKEN", OrderSystem.Secret + "\u202e")), HttpStatusCode.UnprocessableEntity),
            (OrderSystem.Form(("form", form), ("secret.GREETING_TOKEN", OrderSystem.Secret + "\nROOT=1")), HttpStatusCode.UnprocessableEntity),
        })
        {
            var (answer, text) = await shop.SendAsync(HttpMethod.Post, "order/hello", content);
            answer.StatusCode.ShouldBe(status, text);
            text.ShouldNotContain(OrderSystem.Secret);
        }

        foreach (var site in (string[])["cross-site", "same-site"])
        {
            var (answer, _) = await shop.SendAsync(
                HttpMethod.Post, "order/hello", OrderSystem.Form(("form", form), ("secret.GREETING_TOKEN", OrderSystem.Secret)), ("Sec-Fetch-Site", site));
            answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        }

        foreach (var blueprint in (string[])["nope", "rachel8", "HELLO", "..%2fhello", "%d0%bdello"])
        {
            await shop.GetAsync("order/" + blueprint, HttpStatusCode.NotFound);
        }

        (await shop.System.Client.Agents.ListAsync()).ShouldBeEmpty();
        (await shop.System.QueryAsync<string>("SELECT agent_id FROM checkouts")).ShouldBeEmpty();
        shop.System.Log.Text.ShouldNotContain(OrderSystem.Secret);
        shop.System.ToCloud.Count("POST", "/stripe/v1/checkout/sessions").ShouldBe(0);
    }

    [Fact]
    public async Task A_form_that_was_open_for_too_long_is_given_out_anew()
    {
        await using var shop = await OrderSystem.StartAsync();
        var form = await shop.FormAsync();

        shop.System.Clock.Leap(OrderLinks.FormLifetime);
        var (answer, text) = await shop.SubmitAsync(form);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        text.ShouldContain("Here is a new one");
        text.ShouldNotContain(form);
    }

    [Fact]
    public async Task A_link_that_we_did_not_make_says_the_same_whether_its_agent_exists_or_not()
    {
        await using var shop = await OrderSystem.StartAsync();
        var (mine, _) = await shop.OrderAsync();
        var (theirs, _) = await shop.OrderAsync();
        var (agent, signature) = (OrderSystem.AgentOf(mine), mine.Split('.')[1]);
        var nothing = await shop.GetAsync("orders/agt-0000000000000000." + signature, HttpStatusCode.NotFound);
        string[] links =
        [
            agent, agent + ".", "." + signature, $"{agent}.{signature[..^1]}", $"{agent}.{signature}A", $"{agent}.{signature.ToUpperInvariant()}", $"{agent}..{signature}",
            $"{agent}.{theirs.Split('.')[1]}", $"{OrderSystem.AgentOf(theirs)}.{signature}", $"{agent.ToUpperInvariant()}.{signature}",
            $"{agent}%E2%80%8B.{signature}", $"{agent}.{Uri.EscapeDataString("\uff21" + signature[1..])}", new string('a', 5000) + "." + signature, "%F0%9F%98%80",
        ];
        foreach (var link in links)
        {
            (await shop.GetAsync("orders/" + link, HttpStatusCode.NotFound)).ShouldBe(nothing, link);
            (await shop.GetAsync($"orders/{link}/events", HttpStatusCode.NotFound)).ShouldBe(nothing, link);
            foreach (var verb in (string[])["pay", "stop", "start", "cancel", "keep", "destroy"])
            {
                var (answer, text) = await shop.SendAsync(HttpMethod.Post, $"orders/{link}/{verb}", OrderSystem.Form());
                (answer.StatusCode, text).ShouldBe((HttpStatusCode.NotFound, nothing), link);
            }
        }

        await shop.PostAsync(mine + "/destroy", HttpStatusCode.NotFound);
        var (forged, _) = await shop.SendAsync(HttpMethod.Post, mine + "/cancel", OrderSystem.Form(), ("Sec-Fetch-Site", "cross-site"));
        forged.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await shop.System.Client.Agents.ListAsync()).ShouldAllBe(a => a.Status == "draft");
        // An operator's token is no customer's link, and a link is no token.
        (await shop.System.SendAsync(HttpMethod.Get, "orders/" + agent)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await shop.System.SendAsync(HttpMethod.Get, "v1/agents", token: signature)).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Every_page_runs_nothing_inline_is_framed_by_nobody_and_kept_by_nobody()
    {
        await using var shop = await OrderSystem.StartAsync();
        var (page, _) = await shop.OrderAsync();
        foreach (var path in (string[])["order/hello", page, "orders/x.y", "order/nope"])
        {
            var (answer, text) = await shop.SendAsync(HttpMethod.Get, path);
            var policy = answer.Headers.GetValues("Content-Security-Policy").ShouldHaveSingleItem();
            policy.ShouldContain("default-src 'none'");
            policy.ShouldContain("frame-ancestors 'none'");
            policy.ShouldNotContain("unsafe");
            answer.Headers.GetValues("Referrer-Policy").ShouldBe(["no-referrer"]);
            answer.Headers.CacheControl!.NoStore.ShouldBeTrue();
            answer.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
            text.ShouldNotContain("style=");
            text.ShouldNotContain("<script>");
            text.ShouldNotContain(" onclick");
        }

        foreach (var (asset, type) in new[] { ("order.css", "text/css"), ("order.js", "text/javascript") })
        {
            var (answer, text) = await shop.SendAsync(HttpMethod.Get, "order-assets/" + asset);
            answer.Content.Headers.ContentType!.MediaType.ShouldBe(type);
            text.ShouldNotBeEmpty();
        }
    }

    [Fact]
    public async Task One_client_that_comes_too_often_is_told_to_wait_and_others_are_not()
    {
        await using var shop = await OrderSystem.StartAsync(new Dictionary<string, string> { ["Orders:ChangesPerMinute"] = "3", ["Orders:LooksPerMinute"] = "30" });
        for (var i = 0; i < 3; i++)
        {
            await shop.PostAsync("orders/x.y/stop", HttpStatusCode.NotFound);
        }

        var (answer, _) = await shop.SendAsync(HttpMethod.Post, "orders/x.y/stop", OrderSystem.Form());
        answer.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        answer.Headers.RetryAfter!.Delta!.Value.ShouldBeGreaterThan(TimeSpan.Zero);
        answer.Headers.Contains("Content-Security-Policy").ShouldBeTrue();

        var (other, _) = await shop.SendAsync(HttpMethod.Post, "orders/x.y/stop", OrderSystem.Form(), ("X-Forwarded-For", "203.0.113.9"));
        other.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await shop.GetAsync("order/hello")).ShouldContain("Continue to payment", Case.Sensitive, "looking is counted by itself");
    }

    [Theory]
    [InlineData("203.0.113.9", "203.0.113.9")]
    [InlineData("::ffff:203.0.113.9", "203.0.113.9")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
    public void A_client_is_an_IPv4_address_or_a_64_of_IPv6(string address, string client) =>
        RateLimits.ClientOf(IPAddress.Parse(address)).ShouldBe(client);

    [Theory]
    [InlineData("Orders:Offers:nope:Price", "9 EUR", "no such blueprint")]
    [InlineData("Orders:Offers:hello:Title", "Hello", "Orders:Offers:hello:Price is empty")]
    [InlineData("Orders:Offers:rachel8:Price", "9 EUR", "No price of Stripe:Prices buys 'rachel8'")]
    [InlineData("Orders:PublicUrl", "ftp://shop.example.com", "use an https address")]
    [InlineData("Orders:TrustedProxies:0", "proxy", "is not an address")]
    [InlineData("Orders:LooksPerMinute", "0", "LooksPerMinute")]
    public async Task What_cannot_be_sold_is_told_at_the_start(string name, string value, string problem)
    {
        await using var system = await TestSystem.StartAsync();
        system.Set(name, value);

        (await system.ProblemsAtStartAsync()).ShouldHaveSingleItem().ShouldContain(problem);
    }

    [Fact]
    public async Task A_server_that_sells_nothing_has_no_order_page()
    {
        await using var system = await TestSystem.StartAsync();

        (await system.SendAsync(HttpMethod.Get, "order/hello")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    private static ByteArrayContent Bytes(byte[] bytes)
    {
        var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = new("application/x-www-form-urlencoded");
        return content;
    }
}
