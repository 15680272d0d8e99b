using System.Text.Json;
using Microsoft.Extensions.Logging;
using Slipway.Agents;
using Slipway.Alerts;
using Slipway.Storage;

namespace Slipway.Payments;

/// <summary>What became of a webhook delivery.</summary>
public enum WebhookOutcome
{
    /// <summary>Recorded, with its effect, in one transaction.</summary>
    Handled,

    /// <summary>The same event came before; nothing was done again.</summary>
    Duplicate,

    /// <summary>Recorded; its type or content asks for nothing here.</summary>
    Ignored,

    /// <summary>Not from Stripe, too old, or altered.</summary>
    BadSignature,

    /// <summary>Signed, but not an event.</summary>
    Malformed,

    /// <summary>Believed, but it cannot be acted on as things are; nothing was recorded, so Stripe's next delivery counts.</summary>
    Unresolved,
}

/// <summary>A delivery's outcome and the words for it.</summary>
public sealed record WebhookResult(WebhookOutcome Outcome, string Detail);

/// <summary>Verifies a delivery on its raw bytes and turns it into a wish for an agent, once, whatever the order of arrival.</summary>
public sealed partial class StripeWebhook(
    Database database, AgentStore agents, AgentLifecycle lifecycle, AlertStore alerts, PaymentsOptions options, TimeProvider time, ILogger<StripeWebhook> log)
{
    public async Task<WebhookResult> HandleAsync(ReadOnlyMemory<byte> body, string? signature, CancellationToken cancellationToken = default)
    {
        var verdict = StripeSignature.Verify(body.Span, signature, [.. options.WebhookSecrets], time.GetUtcNow(), options.SignatureTolerance);
        if (verdict != StripeSignatureResult.Valid)
        {
            Log.Refused(log, verdict);
            return new WebhookResult(WebhookOutcome.BadSignature, Explain(verdict));
        }

        if (Parse(body.Span) is not { Id: { Length: > 0 } id, Type: { Length: > 0 } type, Data.Object: { } subject })
        {
            return new WebhookResult(WebhookOutcome.Malformed, "The body is signed but is not a Stripe event with id, type and data.object; send v1 (snapshot) events to this endpoint.");
        }

        try
        {
            var result = await database.WriteAsync(transaction => ApplyAsync(transaction, id, type, subject), cancellationToken);
            Log.Handled(log, id, type, result.Outcome, result.Detail);
            return result;
        }
        catch (UnresolvedEventException e)
        {
            Log.Unresolved(log, id, type, e.Message);
            // The event's own transaction was left, so that Stripe's next delivery counts; the alert has one of its own.
            await database.WriteAsync(transaction => alerts.RaiseAsync(transaction, NotTaken(id, e)), cancellationToken);
            return new WebhookResult(WebhookOutcome.Unresolved, e.Message);
        }
    }

    private async Task<WebhookResult> ApplyAsync(Transaction transaction, string id, string type, StripeObject subject)
    {
        if (!await SubscriptionStore.RecordEventAsync(transaction, id, type, time.GetUtcNow()))
        {
            return new WebhookResult(WebhookOutcome.Duplicate, $"Event {id} was handled before.");
        }

        return type switch
        {
            "checkout.session.completed" or "checkout.session.async_payment_succeeded" => await PaidAsync(transaction, subject),
            "customer.subscription.deleted" => await CancelledAsync(transaction, subject),
            _ => new WebhookResult(WebhookOutcome.Ignored, $"Events of type {type} ask for nothing here."),
        };
    }

    private async Task<WebhookResult> PaidAsync(Transaction transaction, StripeObject session)
    {
        if (session.PaymentStatus is not ("paid" or "no_payment_required"))
        {
            return new WebhookResult(WebhookOutcome.Ignored, $"Checkout session {session.Id} is not paid yet ({session.PaymentStatus}).");
        }

        var agentId = session.ClientReferenceId ?? session.Metadata?.GetValueOrDefault("agent_id");
        if (string.IsNullOrEmpty(agentId) || session.Subscription is not { Length: > 0 } subscription)
        {
            return new WebhookResult(WebhookOutcome.Ignored, $"Checkout session {session.Id} names no agent or no subscription: it is not an order of ours.");
        }

        var agent = await agents.FindAsync(agentId)
            ?? throw new UnresolvedEventException(subscription, $"Checkout session {session.Id} pays for agent '{agentId}', which does not exist here. Check client_reference_id, or whether the webhook points to the right Slipway.");
        RequirePrice(session, agent);

        var state = await SubscriptionStore.AttachAsync(transaction, subscription, agent.Id, session.Customer, time.GetUtcNow());
        if (state.AgentId != agent.Id)
        {
            throw new UnresolvedEventException(subscription, $"Subscription {subscription} already pays for another agent, or agent {agent.Id} is already paid by another subscription. Refund one of them in Stripe.");
        }

        // Stripe promises no order: a subscription that ended before its checkout was told stays ended.
        var wish = state.Status == SubscriptionStore.Ended
            ? await lifecycle.DestroyAsync(transaction, agent.Id)
            : await lifecycle.GrantAsync(transaction, agent.Id);
        if (wish.Outcome == WishOutcome.Refused)
        {
            await alerts.RaiseAsync(transaction, Refused(subscription, agent.Id, wish.Reason!));
        }
        else
        {
            await alerts.ResolveAsync(transaction, PaidInVain(subscription));
        }

        return new WebhookResult(WebhookOutcome.Handled, wish.Reason ?? $"Agent {agent.Id} is wanted {wish.Agent!.Wanted}.");
    }

    private async Task<WebhookResult> CancelledAsync(Transaction transaction, StripeObject subscription)
    {
        if (subscription.Id is not { Length: > 0 } id)
        {
            return new WebhookResult(WebhookOutcome.Ignored, "The subscription has no id.");
        }

        await alerts.ResolveAsync(transaction, PaidInVain(id));
        var agentId = await SubscriptionStore.EndAsync(transaction, id, subscription.Customer, time.GetUtcNow());
        if (agentId is null)
        {
            return new WebhookResult(WebhookOutcome.Handled, $"Subscription {id} ended; no agent was paid by it yet.");
        }

        await lifecycle.DestroyAsync(transaction, agentId);
        return new WebhookResult(WebhookOutcome.Handled, $"Agent {agentId} is wanted destroyed.");
    }

    private static string PaidInVain(string subscription) => $"payment:{subscription}";

    private static AlertReport Refused(string subscription, string agentId, string reason) => new(
        PaidInVain(subscription),
        AlertSeverity.Critical,
        agentId,
        $"Subscription {subscription} was paid for agent {agentId}, which cannot be provisioned. {reason}",
        $"Cancel subscription {subscription} in Stripe and refund it; if the customer wants an agent, order a new one. The alert is resolved when the subscription ends.");

    private static AlertReport NotTaken(string eventId, UnresolvedEventException e) => new(
        PaidInVain(e.Subscription),
        AlertSeverity.Critical,
        e.Subscription,
        $"Subscription {e.Subscription} was paid, but Stripe event {eventId} cannot be acted on. {e.Message}",
        "Mend what it says; Stripe delivers the event again for three days, and 'Resend' in its dashboard does at once. Or cancel the subscription there and refund it.");

    private void RequirePrice(StripeObject session, Agent agent)
    {
        if (options.Prices.Count == 0)
        {
            return;
        }

        var price = session.Metadata?.GetValueOrDefault("price");
        if (price is null || !options.Prices.TryGetValue(price, out var blueprint))
        {
            throw new UnresolvedEventException(session.Subscription!, $"Checkout session {session.Id} was paid at price '{price ?? "none"}', which buys nothing here. Add it under Stripe:Prices; Stripe will deliver the event again.");
        }

        if (blueprint != agent.BlueprintName)
        {
            throw new UnresolvedEventException(session.Subscription!, $"Checkout session {session.Id} was paid at price '{price}', which buys '{blueprint}', but agent {agent.Id} is a '{agent.BlueprintName}'. Refund it in Stripe, or correct Stripe:Prices.");
        }
    }

    private static StripeEvent? Parse(ReadOnlySpan<byte> body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, StripeJson.Default.StripeEvent);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private string Explain(StripeSignatureResult verdict) => verdict switch
    {
        StripeSignatureResult.Missing => "The request has no Stripe-Signature header.",
        StripeSignatureResult.Malformed => "The Stripe-Signature header is not of the form t=…,v1=….",
        StripeSignatureResult.TooOld => $"The signature is older than {options.SignatureTolerance.TotalSeconds:0} s: a replay, or this machine's clock is wrong.",
        StripeSignatureResult.FromTheFuture => "The signature is from the future: this machine's clock is wrong.",
        _ => "No signature matches: set Stripe:WebhookSecrets to this endpoint's signing secret.",
    };

    /// <summary>Leaves the transaction, so that the event counts as never seen.</summary>
    private sealed class UnresolvedEventException(string subscription, string message) : Exception(message)
    {
        public string Subscription => subscription;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "A Stripe webhook was refused: {Verdict}")]
        public static partial void Refused(ILogger logger, StripeSignatureResult verdict);

        [LoggerMessage(2, LogLevel.Information, "Stripe event {EventId} ({Type}): {Outcome}. {Detail}")]
        public static partial void Handled(ILogger logger, string eventId, string type, WebhookOutcome outcome, string detail);

        [LoggerMessage(3, LogLevel.Error, "Stripe event {EventId} ({Type}) was not taken: {Detail}")]
        public static partial void Unresolved(ILogger logger, string eventId, string type, string detail);
    }
}
