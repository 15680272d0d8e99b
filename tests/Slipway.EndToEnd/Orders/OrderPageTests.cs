using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using Slipway.LocalCloud;

namespace Slipway.EndToEnd.Orders;

/// <summary>Customers with a real browser, at a real server and LocalCloud's Stripe.</summary>
public sealed class OrderPageTests : IAsyncLifetime, IDisposable
{
    private const string Token = "my-first-greeting-token";

    private LocalCloudHost _cloud = null!;
    private ServerProcess _server = null!;
    private IPlaywright _playwright = null!;
    private IBrowser _browser = null!;

    public async Task InitializeAsync()
    {
        _cloud = await LocalCloudHost.StartAsync(new LocalCloudOptions { Urls = "http://127.0.0.1:0", BootTime = TimeSpan.FromSeconds(3) });
        _server = new ServerProcess(_cloud.BaseUrl, new Dictionary<string, string>
        {
            ["Orders:Offers:hello:Price"] = "€9.00 a month",
            ["Orders:Offers:hello:Reach"] = "Open http://{address}:8080/health.",
        });
        await _server.StartAsync();
        using var http = new HttpClient { BaseAddress = _cloud.BaseUrl };
        using var told = await http.PostAsJsonAsync("_local/stripe/webhook-endpoint", new JsonObject { ["url"] = new Uri(_server.Address, "webhooks/stripe").ToString() });
        told.EnsureSuccessStatusCode();
        _playwright = await Playwright.CreateAsync();
        // As root, and in containers, Chromium has no sandbox of its own; it sees nothing here but loopback.
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = "/usr/bin/chromium", Args = ["--no-sandbox", "--disable-dev-shm-usage"] });
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        await _cloud.DisposeAsync();
    }

    public void Dispose()
    {
        _playwright?.Dispose();
        _server?.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task P2_Fill_in_pay_watch_running_with_JavaScript_and_without(bool javaScript)
    {
        var page = await OpenAsync(javaScript);
        (await page.TextContentAsync("#price")).ShouldBe("€9.00 a month");
        await FillInAsync(page);

        await page.ClickAsync("#pay");

        // With JavaScript it is one page all the while; without, it is loaded anew.
        await page.WaitForURLAsync("**/orders/**");
        if (javaScript)
        {
            await page.EvaluateAsync("window.stayed = true");
        }

        await page.WaitForSelectorAsync("[data-state=busy], [data-state=running]");
        await page.WaitForSelectorAsync("[data-state=running]");
        (await page.TextContentAsync("#reach"))!.ShouldContain((await page.TextContentAsync("#address"))!);
        if (javaScript)
        {
            (await page.EvaluateAsync<bool>("window.stayed === true")).ShouldBeTrue();
        }

        await page.ClickAsync("#stop");
        await page.WaitForSelectorAsync("[data-state=stopped]");
        await page.ClickAsync("#start");
        await page.WaitForSelectorAsync("[data-state=running]");
    }

    [Fact]
    public async Task A_declined_card_and_a_customer_who_leaves_and_comes_back_end_in_one_running_agent()
    {
        var page = await OpenAsync();
        await FillInAsync(page);
        await page.ClickAsync("#decline");
        (await page.TextContentAsync("#notice"))!.ShouldContain("declined");

        await page.ClickAsync("text=Cancel");
        await page.WaitForSelectorAsync("[data-state=unpaid]");
        var own = page.Url;
        await page.GotoAsync("about:blank");
        await page.GotoAsync(own);
        await page.ClickAsync("button:has-text('Pay now')");
        await page.WaitForURLAsync("**/stripe/checkout/**");
        await page.ClickAsync("button:has-text('Pay ')");

        await page.WaitForSelectorAsync("[data-state=running]");
        (await _server.Client!.Agents.ListAsync()).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_double_click_is_one_order_and_whoever_goes_back_to_begin_anew_gets_only_what_is_paid()
    {
        var page = await OpenAsync();
        await page.FillAsync("[name='secret.GREETING_TOKEN']", Token);
        await page.DblClickAsync("#order");
        await page.WaitForURLAsync("**/stripe/checkout/**");
        var left = (await _server.Client!.Agents.ListAsync()).ShouldHaveSingleItem();

        await page.GoBackAsync();
        (await page.InputValueAsync("[name='secret.GREETING_TOKEN']")).ShouldBeEmpty("nothing of it is kept");
        await FillInAsync(page);
        await page.ClickAsync("#pay");
        await page.WaitForSelectorAsync("[data-state=running]");

        var agents = await _server.Client.Agents.ListAsync();
        agents.Count.ShouldBe(2);
        agents.Single(a => a.Id == left.Id).Status.ShouldBe("draft");
        agents.Single(a => a.Id != left.Id).Status.ShouldBe("active");
    }

    [Fact]
    public async Task What_is_wrong_is_marked_in_the_form_and_what_was_entered_is_not_in_the_page()
    {
        var page = await OpenAsync();
        await page.FillAsync("[name='secret.GREETING_TOKEN']", "short");
        await page.ClickAsync("#order");

        await page.WaitForSelectorAsync("[aria-invalid=true]");
        (await page.InputValueAsync("[name='secret.GREETING_TOKEN']")).ShouldBeEmpty();
        (await page.ContentAsync()).ShouldNotContain("\"short\"");
    }

    private async Task<IPage> OpenAsync(bool javaScript = true)
    {
        var context = await _browser.NewContextAsync(new() { JavaScriptEnabled = javaScript });
        var page = await context.NewPageAsync();
        page.SetDefaultTimeout(60_000);
        await page.GotoAsync(new Uri(_server.Address, "order/hello").ToString());
        return page;
    }

    private static async Task FillInAsync(IPage page)
    {
        await page.SelectOptionAsync("#location", "nbg1");
        await page.FillAsync("[name='secret.GREETING_TOKEN']", Token);
        await page.ClickAsync("#order");
        await page.WaitForURLAsync("**/stripe/checkout/**");
    }
}
