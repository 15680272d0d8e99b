using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Secrets;

namespace Slipway.Server.Tests.Orders;

/// <summary>Customers who give their running agent other secrets, with nothing but the link.</summary>
public sealed class CustomerSecretsTests
{
    private const string New = "another-secret-0123456789";

    [Fact]
    public async Task S1_A_customer_replaces_a_secret_of_a_running_agent_with_the_link()
    {
        await using var shop = await OrderSystem.StartAsync();
        var page = await RunningAsync(shop);
        (await shop.GetAsync(page)).ShouldContain($"href=\"/{page.TrimStart('/')}/secrets\"");
        var form = await FormAsync(shop, page);

        var (answer, _) = await SubmitAsync(shop, page, form, New);

        answer.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        await shop.BecomesAsync(page, "running", () => shop.System.Clock.Leap(TimeSpan.FromSeconds(1)));
        (await SecretAsync(shop, page)).ShouldBe(New);
        shop.System.Log.Text.ShouldNotContain(New);
        (await shop.System.QueryAsync<string>("SELECT actor || ' ' || action || ' ' || detail FROM audit WHERE action = 'order.secrets'"))
            .ShouldBe(["customer order.secrets Accepted: GREETING_TOKEN"]);
    }

    [Fact]
    public async Task What_is_not_valid_not_ours_or_empty_changes_nothing_and_is_not_sent_back()
    {
        await using var shop = await OrderSystem.StartAsync();
        var page = await RunningAsync(shop);
        var form = await FormAsync(shop, page);
        var ofOrder = await shop.FormAsync();
        foreach (var (key, value, status) in new[]
        {
            (form, "", HttpStatusCode.UnprocessableEntity),
            (form, New + "\nROOT=1", HttpStatusCode.UnprocessableEntity),
            (form, "short", HttpStatusCode.UnprocessableEntity),
            (form + "A", New, HttpStatusCode.BadRequest),
            (ofOrder, New, HttpStatusCode.BadRequest),
        })
        {
            var (answer, text) = await SubmitAsync(shop, page, key, value);
            answer.StatusCode.ShouldBe(status, text);
            text.ShouldNotContain(New);
        }

        (await SubmitAsync(shop, page[..^1] + (page[^1] == 'A' ? 'B' : 'A'), form, New)).Answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await SecretAsync(shop, page)).ShouldBe(OrderSystem.Secret);
        (await shop.System.QueryAsync<string>("SELECT plan FROM operations WHERE plan = 'change-secrets'")).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_agent_that_does_not_run_gets_none()
    {
        await using var shop = await OrderSystem.StartAsync();
        var (page, checkout) = await shop.OrderAsync();
        await shop.GetAsync(page + "/secrets", HttpStatusCode.SeeOther);
        await shop.PayAsync(checkout);
        await shop.BecomesAsync(page, "running");
        var form = await FormAsync(shop, page);
        await shop.PostAsync(page + "/stop");
        await shop.BecomesAsync(page, "stopped", () => shop.System.Clock.Leap(TimeSpan.FromSeconds(1)));

        (await SubmitAsync(shop, page, form, New)).Answer.StatusCode.ShouldBe(HttpStatusCode.Conflict);

        (await SecretAsync(shop, page)).ShouldBe(OrderSystem.Secret);
    }

    private static async Task<string> RunningAsync(OrderSystem shop)
    {
        var (page, checkout) = await shop.OrderAsync();
        await shop.PayAsync(checkout);
        await shop.BecomesAsync(page, "running");
        return page;
    }

    private static Task<string> FormAsync(OrderSystem shop, string page) => shop.FormAtAsync(page + "/secrets");

    private static Task<(HttpResponseMessage Answer, string Text)> SubmitAsync(OrderSystem shop, string page, string form, string secret) =>
        shop.SendAsync(HttpMethod.Post, page + "/secrets", OrderSystem.Form(("form", form), ("secret.GREETING_TOKEN", secret)));

    private static async Task<string> SecretAsync(OrderSystem shop, string page) =>
        (await shop.System.Services.GetRequiredService<SecretStore>().FindAsync(OrderSystem.AgentOf(page), "GREETING_TOKEN"))!.Reveal();
}
