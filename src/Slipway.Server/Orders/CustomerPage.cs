using System.Globalization;
using Slipway.Agents;
using Slipway.Blueprints;
using Slipway.Operations;
using Slipway.Payments;

namespace Slipway.Server.Orders;

/// <summary>An agent as its customer sees it: in words of theirs, and nothing of how it is made or what went wrong inside.</summary>
internal static class CustomerPage
{
    private static readonly Dictionary<string, string> Words = new(StringComparer.Ordinal)
    {
        ["register-machine"] = "Preparing",
        ["create-auth-key"] = "Making a key to the private network",
        ["ensure-firewall"] = "Closing the firewall",
        ["create-server"] = "Ordering the machine",
        ["await-running"] = "Starting the machine",
        ["await-phone-home"] = "Installing",
        ["verify-enrolment"] = "Joining the private network",
        ["inject-secrets"] = "Handing over what you entered",
        ["start-unit"] = "Starting the agent",
        ["await-healthy"] = "Checking that it works",
        ["shut-down-server"] = "Shutting down",
        ["await-off"] = "Waiting until it is off",
        ["power-on-server"] = "Switching on",
        ["delete-server"] = "Deleting the machine",
        ["leave-tailnet"] = "Leaving the private network",
        ["remove-firewall"] = "Tidying up",
        ["forget-machine"] = "Forgetting it",
    };

    /// <param name="view">What is known.</param>
    /// <param name="link">The customer's own link.</param>
    /// <param name="isBack">Whether the customer comes from paying, although the news of it may not have arrived.</param>
    public static Html Of(CustomerView view, string link, bool isBack) => Html.Of($"""
        <h1>{view.Title}</h1>
        {State(view, isBack)}
        {Notice(view)}
        {Steps(view)}
        {(view.CanChangeSecrets ? Html.Of($"<p><a id=\"secrets\" href=\"/orders/{link}/secrets\">Replace what you entered</a></p>") : Html.None)}
        {Html.Join(Buttons(view, isBack).Select(b => Button(link, b.Verb, b.Label, b.IsMain)))}
        <p class="hint">This page is yours alone: whoever has its address can do all you can do here. Keep it, and give it to nobody.</p>
        """);

    /// <summary>Whether anything can still happen by itself.</summary>
    public static bool IsOver(CustomerView view) => view.Agent.Status == AgentStatus.Closed;

    public static bool Moves(CustomerView view, bool isBack) =>
        !IsOver(view) && (view.IsBusy || view.Agent.Status == AgentStatus.Error || IsAwaitingConfirmation(view, isBack));

    private static bool IsUnpaid(CustomerView view) => view.Agent is { Status: AgentStatus.Draft, Wanted: Wanted.Nothing };

    private static bool IsAwaitingConfirmation(CustomerView view, bool isBack) =>
        IsUnpaid(view) && (isBack || view.Checkout == CheckoutStatus.Paid);

    private static Html State(CustomerView view, bool isBack) => view.Agent.Status switch
    {
        AgentStatus.Closed when view.Operation is null => Say("closed", "This order is closed. Nothing was charged, and what you entered is erased."),
        AgentStatus.Closed when view.Operation is { Plan: MachinePlans.Provision, Result: not OperationResult.Succeeded, CancelReason: null } =>
            Say("failed", "We could not set it up, and are sorry. Your payment goes back to you by itself; that may take your bank some days. What you entered is erased."),
        AgentStatus.Closed => Say("closed", "It is closed. The machine and everything that was on it are deleted."),
        AgentStatus.Error => Say("failing", "It could not be set up. We are looking after it, and after your payment."),
        AgentStatus.Draft when IsAwaitingConfirmation(view, isBack) => Say("confirming", "Thank you. We are waiting for your payment to be confirmed; this takes a moment."),
        AgentStatus.Draft when IsUnpaid(view) => Say("unpaid", "It is not paid yet. What you entered is kept, encrypted, until you pay, and erased if you do not within a day."),
        _ when view.IsBusy => Say("busy", view.Operation!.Plan switch
        {
            MachinePlans.Provision => "Your payment has arrived, and your machine is being set up.",
            MachinePlans.Stop => "It is being stopped.",
            MachinePlans.Start => "It is being started.",
            MachinePlans.Destroy => "It is being deleted, with everything on it.",
            MachinePlans.ChangeSecrets => "It is given its new secrets.",
            MachinePlans.Update => "It is brought to its new version, and restarted for that.",
            _ => "It is being mended.",
        }),
        AgentStatus.Active => Html.Of($"<p class=\"notice\" id=\"state\" data-state=\"running\">It runs.</p>{PutBack(view)}{Reach(view)}"),
        _ => Say("stopped", "It is stopped. Its machine and its data are kept."),
    };

    private static Html PutBack(CustomerView view) => view.Operation is { Plan: MachinePlans.ChangeSecrets, Result: not (null or OperationResult.Succeeded) }
        ? Html.Of($"<p class=\"notice wrong\" id=\"put-back\" role=\"alert\">It was not well with what you entered last, and has the former values back.</p>")
        : Html.None;

    private static Html Reach(CustomerView view)
    {
        if ((view.Machine?.TailscaleIp ?? view.Machine?.Ipv4) is not { } address)
        {
            return Html.None;
        }

        var words = view.Offer?.Reach is { Length: > 0 } reach
            ? Html.Of($"<p id=\"reach\">{reach.Replace("{address}", address, StringComparison.Ordinal)}</p>")
            : Html.None;
        return Html.Of($"{words}<p>{(view.Machine!.TailscaleIp is null ? "Its address" : "Its address on the private network")}: <code id=\"address\">{address}</code></p>");
    }

    private static Html Notice(CustomerView view)
    {
        if (view.Agent.Status == AgentStatus.Closed || view.Standing is not { } standing)
        {
            return Html.None;
        }

        var at = standing.ChangesAt?.UtcDateTime.ToString("d MMMM yyyy, HH:mm 'UTC'", CultureInfo.InvariantCulture);
        var words = standing.Notice switch
        {
            PaymentNotice.PaymentFailed => $"The last payment failed. Unless it is paid, the agent is stopped on {at}. Stripe has written to you how to pay.",
            PaymentNotice.StoppedUnpaid => $"It is stopped because the last payment failed, and is deleted with everything on it on {at} unless it is paid.",
            PaymentNotice.Disputed => "It is stopped because a payment for it is disputed at your bank.",
            PaymentNotice.Paused => "Your subscription is paused.",
            PaymentNotice.Ending => $"You have cancelled. It runs until {at} and is then deleted, with everything on it.",
            _ => null,
        };
        return words is null ? Html.None : Html.Of($"<p class=\"notice\" id=\"payment\" role=\"status\">{words}</p>");
    }

    private static Html Steps(CustomerView view)
    {
        if (view.Operation is not { Result: null, Direction: Direction.Forward } operation)
        {
            return Html.None;
        }

        var now = view.Steps.ToList().IndexOf(operation.Step);
        return Html.Of($"""
            <ol class="steps">
            {Html.Join(view.Steps.Select((step, i) => Html.Of($"<li class=\"{(i < now ? "done" : i == now ? "now" : "later")}\">{Words.GetValueOrDefault(step, "Working")}</li>")))}
            </ol>
            """);
    }

    private static IEnumerable<(string Verb, string Label, bool IsMain)> Buttons(CustomerView view, bool isBack)
    {
        if (IsOver(view) || view.Agent.Wanted == Wanted.Destroyed)
        {
            yield break;
        }

        if (IsUnpaid(view))
        {
            if (!IsAwaitingConfirmation(view, isBack) && view.Checkout == CheckoutStatus.Open)
            {
                yield return ("pay", "Pay now", true);
                yield return ("cancel", "Cancel the order", false);
            }

            yield break;
        }

        if (view is { IsBusy: false, Agent.Status: AgentStatus.Active })
        {
            yield return ("stop", "Stop", false);
        }

        if (view is { IsBusy: false, Agent.Status: AgentStatus.Paused, Standing: null or { IsPaid: true } })
        {
            yield return ("start", "Start", true);
        }

        if (view.Standing is { Notice: PaymentNotice.Ending })
        {
            yield return ("keep", "Keep it after all", false);
        }
        else if (view.Standing is { } standing)
        {
            yield return ("cancel", standing.Notice == PaymentNotice.None ? "Cancel at the end of the paid time" : "Cancel now and delete everything", false);
        }
    }

    private static Html Button(string link, string verb, string label, bool isMain) => Html.Of(
        $"<form class=\"inline\" method=\"post\" action=\"/orders/{link}/{verb}\"><button type=\"submit\" id=\"{verb}\"{(isMain ? Html.Of($" class=\"main\"") : Html.None)}>{label}</button></form>");

    private static Html Say(string state, string words) => Html.Of($"<p class=\"notice\" id=\"state\" data-state=\"{state}\">{words}</p>");
}
