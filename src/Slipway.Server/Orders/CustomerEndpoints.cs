using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Slipway.Agents;
using Slipway.Operations;
using Slipway.Payments;
using Slipway.Payments.Stripe;
using Slipway.Server.Access;
using Slipway.Storage;

namespace Slipway.Server.Orders;

/// <summary>What a customer can see and do with the link. A link that we did not make and one whose agent is unknown get the same answer.</summary>
internal static class CustomerEndpoints
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Refresh = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan SaySomethingEvery = TimeSpan.FromSeconds(20);

    /// <summary>A page that is left open asks again by itself.</summary>
    private static readonly TimeSpan LongestStream = TimeSpan.FromMinutes(15);

    public static void MapCustomers(this IEndpointRouteBuilder pages)
    {
        pages.MapGet("/orders/{link}", ShowAsync).RequireRateLimiting(RateLimits.Looks);
        pages.MapGet("/orders/{link}/events", FollowAsync).RequireRateLimiting(RateLimits.Looks);
        pages.MapPost("/orders/{link}/{verb}", ChangeAsync).RequireRateLimiting(RateLimits.Changes);
        pages.MapSecrets();
    }

    public static Page NotPossible(string page, string why) => new("Not possible", Html.Of($"""
        <h1>Not possible</h1><p role="alert">{why}.</p><p><a id="back" href="{page}">Back</a></p>
        """)) { Status = StatusCodes.Status409Conflict };

    private static async Task<IResult> ShowAsync(string link, HttpContext http, OrderLinks links, CustomerViews views)
    {
        if (await links.FindAgentAsync(link, http.RequestAborted) is not { } id || await views.FindAsync(id, http.RequestAborted) is not { } view)
        {
            return Page.NotFound;
        }

        var isBack = http.Request.Query.ContainsKey("paid");
        return new Page(view.Title, CustomerPage.Of(view, link, isBack))
        {
            Refresh = CustomerPage.Moves(view, isBack) ? Refresh : null,
            Events = CustomerPage.IsOver(view) ? null : $"/orders/{link}/events{(isBack ? "?paid=1" : "")}",
        };
    }

    private static async Task<IResult> FollowAsync(
        string link, HttpContext http, OrderLinks links, CustomerViews views, OperationSignals signals, TimeProvider time, IHostApplicationLifetime host)
    {
        if (await links.FindAgentAsync(link, http.RequestAborted) is not { } id || await views.FindAsync(id, http.RequestAborted) is null)
        {
            return Page.NotFound;
        }

        var stop = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, host.ApplicationStopping);
        http.Response.RegisterForDispose(stop);
        return TypedResults.ServerSentEvents(ViewsAsync(id, link, http.Request.Query.ContainsKey("paid"), links, views, signals, time, stop.Token));
    }

    private static async IAsyncEnumerable<SseItem<string>> ViewsAsync(
        string id, string link, bool isBack, OrderLinks links, CustomerViews views, OperationSignals signals, TimeProvider time,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (begun, spoke, last) = (time.GetUtcNow(), time.GetUtcNow(), "");
        while (!cancellationToken.IsCancellationRequested && time.GetUtcNow() - begun < LongestStream)
        {
            if (await links.FindAgentAsync(link, CancellationToken.None) is null)
            {
                // It was replaced while somebody looked.
                yield break;
            }

            var view = (await views.FindAsync(id, CancellationToken.None))!;
            var change = view.Agent.OperationId is { } operation ? signals.NextChangeAsync(operation) : Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken);
            if (CustomerPage.Of(view, link, isBack).ToString() is var now && now != last)
            {
                (last, spoke) = (now, time.GetUtcNow());
                yield return new SseItem<string>(now, "view");
            }
            else if (time.GetUtcNow() - spoke >= SaySomethingEvery)
            {
                spoke = time.GetUtcNow();
                yield return new SseItem<string>("", "keep-alive");
            }

            if (CustomerPage.IsOver(view))
            {
                yield return new SseItem<string>("", "rest");
                yield break;
            }

            await ((Task)change.WaitAsync(LookAgain, time, cancellationToken)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task<IResult> ChangeAsync(
        string link, string verb, HttpContext http, OrderLinks links, CustomerViews views, OrderDesk desk, Checkouts checkouts, AgentLifecycle lifecycle,
        AuditTrail audit, Database database)
    {
        if (OrderForm.Refuse(http.Request) is { } refusal)
        {
            return refusal;
        }

        if (await links.FindAgentAsync(link, http.RequestAborted) is not { } id || await views.FindAsync(id, http.RequestAborted) is not { } view)
        {
            return Page.NotFound;
        }

        var page = "/orders/" + link;
        try
        {
            var refused = verb switch
            {
                "pay" => null,
                "stop" => await WishAsync((wishes, transaction) => wishes.StopAsync(transaction, id)),
                // Whoever was stopped for want of payment starts by paying.
                "start" when view.Standing is { IsPaid: false } => "It is not paid; it starts by itself once it is",
                "start" => await WishAsync((wishes, transaction) => wishes.StartAsync(transaction, id)),
                "cancel" => await checkouts.CancelAsync(id, http.RequestAborted) == CancelOutcome.TooEarly
                    ? "Your payment has just arrived and is being confirmed; try again in a moment" : null,
                "keep" => await checkouts.KeepAsync(id, http.RequestAborted) ? null : "There is no cancellation to take back",
                _ => "",
            };
            if (refused is "")
            {
                return Page.NotFound;
            }

            if (refused is not null)
            {
                return NotPossible(page, refused);
            }

            await database.WriteAsync(transaction => audit.WriteAsync(transaction, http, $"order.{verb}", id));
            return verb == "pay" ? await desk.PayAsync(id, http.RequestAborted) : new SeeOther(page);
        }
        catch (StripeException)
        {
            return OrderDesk.Unavailable(page);
        }

        async Task<string?> WishAsync(Func<AgentLifecycle, Transaction, Task<WishResult>> wish) =>
            (await database.WriteAsync(transaction => wish(lifecycle, transaction))).Outcome is WishOutcome.Refused or WishOutcome.NotFound
                ? "Not at this moment: wait until it has come to rest, and look what it is then" : null;
    }
}
