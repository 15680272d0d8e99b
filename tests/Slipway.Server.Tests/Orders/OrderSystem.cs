using System.Net;
using System.Text.RegularExpressions;
using Slipway.Server.Tests.Support;

namespace Slipway.Server.Tests.Orders;

/// <summary>A server that sells, and a customer who has a browser's manners and no JavaScript.</summary>
internal sealed partial class OrderSystem(TestSystem system) : IAsyncDisposable
{
    public const string Price = "€9.00 <a month>";
    public const string Secret = TestSystem.Secret;

    private readonly HttpClient _browser = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = system.Address };

    public TestSystem System => system;

    public static async Task<OrderSystem> StartAsync(IReadOnlyDictionary<string, string>? settings = null)
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Orders:Offers:hello:Price"] = Price,
            ["Orders:Offers:hello:Title"] = "Hello & welcome",
            ["Orders:Offers:hello:Reach"] = "Open http://{address}:8080/health.",
            ["Orders:ChangesPerMinute"] = "1000",
            // Tests look again more often than anybody would.
            ["Orders:LooksPerMinute"] = "100000",
        };
        foreach (var (name, value) in settings ?? new Dictionary<string, string>())
        {
            all[name] = value;
        }

        var system = await TestSystem.StartAsync(all);
        await system.Cloud.WebhooksToAsync(new Uri(system.ToServer.Address, "webhooks/stripe"));
        return new OrderSystem(system);
    }

    public async Task<(HttpResponseMessage Answer, string Text)> SendAsync(HttpMethod method, string path, HttpContent? content = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path.TrimStart('/')) { Content = content };
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value).ShouldBeTrue();
        }

        var answer = await _browser.SendAsync(request);
        return (answer, await answer.Content.ReadAsStringAsync());
    }

    public async Task<string> GetAsync(string path, HttpStatusCode status = HttpStatusCode.OK)
    {
        var (answer, text) = await SendAsync(HttpMethod.Get, path);
        answer.StatusCode.ShouldBe(status, text);
        return text;
    }

    /// <summary>The key in a fresh form.</summary>
    public Task<string> FormAsync(string blueprint = "hello") => FormAtAsync("order/" + blueprint);

    /// <summary>The key in a fresh form on any page.</summary>
    public async Task<string> FormAtAsync(string path) => FormKey().Match(await GetAsync(path)).Groups["key"].Value;

    public Task<(HttpResponseMessage Answer, string Text)> SubmitAsync(string form, string secret = Secret, string location = "", string blueprint = "hello") =>
        SendAsync(HttpMethod.Post, "order/" + blueprint, Form(("form", form), ("location", location), ("secret.GREETING_TOKEN", secret)));

    /// <summary>An order up to the payment page; its own page's path and the payment page.</summary>
    public async Task<(string Page, Uri Checkout)> OrderAsync()
    {
        var (answer, text) = await SubmitAsync(await FormAsync());
        answer.StatusCode.ShouldBe(HttpStatusCode.SeeOther, text);
        return (await PageAsync(answer.Headers.Location!), answer.Headers.Location!);
    }

    /// <summary>What the customer finds at the payment page's Cancel.</summary>
    public async Task<string> PageAsync(Uri checkout)
    {
        var (_, page) = await SendAsync(HttpMethod.Get, checkout.AbsoluteUri);
        return new Uri(WebUtility.HtmlDecode(CancelLink().Match(page).Groups["url"].Value)).AbsolutePath;
    }

    public async Task PayAsync(Uri checkout)
    {
        var (answer, text) = await SendAsync(HttpMethod.Post, checkout.AbsoluteUri, Form());
        answer.StatusCode.ShouldBe(HttpStatusCode.SeeOther, text);
        answer.Headers.Location!.PathAndQuery.ShouldEndWith("?paid=1");
    }

    public Task<string> BecomesAsync(string page, string state, Action? between = null) =>
        Eventually.BecomesAsync(() => GetAsync(page), text => text.Contains($"data-state=\"{state}\"", StringComparison.Ordinal), $"the page says {state}", between);

    /// <summary>The agent behind a page.</summary>
    public static string AgentOf(string page) => page.Split('/')[2].Split('.')[0];

    public async Task PostAsync(string path, HttpStatusCode status = HttpStatusCode.SeeOther)
    {
        var (answer, text) = await SendAsync(HttpMethod.Post, path, Form());
        answer.StatusCode.ShouldBe(status, text);
    }

    public static FormUrlEncodedContent Form(params (string Name, string Value)[] fields) =>
        new(fields.Select(f => KeyValuePair.Create(f.Name, f.Value)));

    public async ValueTask DisposeAsync()
    {
        _browser.Dispose();
        await system.DisposeAsync();
    }

    [GeneratedRegex("name=\"form\" value=\"(?<key>[^\"]+)\"", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex FormKey();

    [GeneratedRegex("<a href=\"(?<url>[^\"]+)\">Cancel</a>", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex CancelLink();
}
