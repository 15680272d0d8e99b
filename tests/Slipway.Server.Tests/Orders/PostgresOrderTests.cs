using Slipway.Server.Tests.Support;
using Slipway.Tests.Storage;

namespace Slipway.Server.Tests.Orders;

/// <summary>The same shop on the other database.</summary>
public sealed class PostgresOrderTests(PostgresServer server) : IClassFixture<PostgresServer>
{
    [Fact]
    public async Task P2_Order_pay_stop_start_replace_the_link_and_leave_on_PostgreSQL()
    {
        var address = await server.CreateDatabaseAsync();
        try
        {
            await using var shop = await OrderSystem.StartAsync(new Dictionary<string, string> { ["Database"] = address });
            var form = await shop.FormAsync();
            var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => shop.SubmitAsync(form)));
            var checkout = answers.Select(a => a.Answer.Headers.Location!).Distinct().ShouldHaveSingleItem();
            var page = await shop.PageAsync(checkout);

            await shop.PayAsync(checkout);
            await shop.BecomesAsync(page, "running");
            await shop.PostAsync(page + "/stop");
            await shop.BecomesAsync(page, "stopped");
            await shop.PostAsync(page + "/start");
            await shop.BecomesAsync(page, "running");
            page = new Uri((await shop.System.Client.Agents.ReplaceLinkAsync(OrderSystem.AgentOf(page))).Url).AbsolutePath;
            await shop.PostAsync(page + "/cancel");
            await Eventually.BecomesAsync(
                () => shop.System.QueryAsync<string>("SELECT notice FROM subscriptions"), rows => rows is ["Ending"], "the end of the paid time is known");
            await shop.GetAsync(page);
            await shop.System.DestroyedAsync(OrderSystem.AgentOf(page));

            await shop.System.Cloud.ShouldBeEmptyAsync();
        }
        finally
        {
            await server.DropDatabaseAsync(address);
        }
    }
}
