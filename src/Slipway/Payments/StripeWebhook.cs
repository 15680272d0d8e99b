using System.Text.Json;
using Microsoft.Extensions.Logging;
using Slipway.Payments.Stripe;
using Slipway.Storage;

namespace Slipway.Payments;

/// <summary>What became of a webhook delivery.</summary>
public enum WebhookOutcome
{
    /// <summary>Recorded, and a look at its subscription begun, in one transaction.</summary>
    Handled,

    /// <summary>The same event came before; nothing was done again.</summary>
    Duplicate,

    /// <summary>Recorded; its type or content asks for nothing here.</summary>
    Ignored,

    /// <summary>Not from Stripe, too old, or altered.</summary>
    BadSignature,

    /// <summary>Signed, but not an event.</summary>
    Malformed,
}

/// <summary>A delivery's outcome and the words for it.</summary>
public sealed record WebhookResult(WebhookOutcome Outcome, string Detail);

/// <summary>When a delivery came.</summary>
/// <param name="At">By our clock.</param>
/// <param name="Refusal">Why it was not believed; null if it was.</param>
public sealed record StripeDelivery(DateTimeOffset At, string? Refusal = null);

/// <summary>Verifies a delivery on its raw bytes and takes it as a hint: it says which subscription to look at, and nothing it says besides is believed.</summary>
public sealed partial class StripeWebhook(
    Database database, SubscriptionLooks looks, Checkouts checkouts, PaymentsOptions options, TimeProvider time, ILogger<StripeWebhook> log)
{
    /// <summary>The last that came to this process; null before the first.</summary>
    public StripeDelivery? LastDelivery { get; private set; }

    public async Task<WebhookResult> HandleAsync(ReadOnlyMemory<byte> body, string? signature, CancellationToken cancellationToken = default)
    {
        var verdict = StripeSignature.Verify(body.Span, signature, [.. options.WebhookSecrets], time.GetUtcNow(), options.SignatureTolerance);
        if (verdict != StripeSignatureResult.Valid)
        {
            Log.Refused(log, verdict);
            LastDelivery = new StripeDelivery(time.GetUtcNow(), Explain(verdict));
            return new WebhookResult(WebhookOutcome.BadSignature, Explain(verdict));
        }

        LastDelivery = new StripeDelivery(time.GetUtcNow());
        return Parse(body.Span) is { Id: { Length: > 0 }, Type: { Length: > 0 }, Data.Object.ValueKind: JsonValueKind.Object } happened
            ? await TakeAsync(happened, cancellationToken)
            : new WebhookResult(WebhookOutcome.Malformed, "The body is signed but is not a Stripe event with id, type and data.object; send v1 (snapshot) events to this endpoint.");
    }

    /// <summary>Takes an event that is believed: delivered and signed, or listed by Stripe itself.</summary>
    internal async Task<WebhookResult> TakeAsync(StripeEvent happened, CancellationToken cancellationToken)
    {
        var result = await database.WriteAsync(transaction => TakeAsync(transaction, happened), cancellationToken);
        Log.Handled(log, happened.Id!, happened.Type!, result.Outcome, result.Detail);
        return result;
    }

    private async Task<WebhookResult> TakeAsync(Transaction transaction, StripeEvent happened)
    {
        if (!await SubscriptionStore.RecordEventAsync(transaction, happened.Id!, happened.Type!, time.GetUtcNow()))
        {
            return new WebhookResult(WebhookOutcome.Duplicate, $"Event {happened.Id} was handled before.");
        }

        if (happened.ExpiredCheckout is { } checkout)
        {
            return await checkouts.ExpiredAsync(transaction, checkout, happened.ExpiredOrder) is { } order
                ? new WebhookResult(WebhookOutcome.Handled, $"Order {order} was never paid for and is erased.")
                : new WebhookResult(WebhookOutcome.Ignored, $"Session {checkout} is no order of this server's.");
        }

        if (happened.Dispute is { } dispute)
        {
            await looks.DisputedAsync(transaction, dispute);
            return new WebhookResult(WebhookOutcome.Handled, $"Dispute {dispute} is looked at.");
        }

        if (happened.Subscription is not { } subscription)
        {
            return new WebhookResult(WebhookOutcome.Ignored, $"Event {happened.Id} of type {happened.Type} is about no subscription that is followed here.");
        }

        await looks.HintAsync(transaction, subscription);
        return new WebhookResult(WebhookOutcome.Handled, $"Subscription {subscription} is looked at.");
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

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "A Stripe webhook was refused: {Verdict}")]
        public static partial void Refused(ILogger logger, StripeSignatureResult verdict);

        [LoggerMessage(2, LogLevel.Information, "Stripe event {EventId} ({Type}): {Outcome}. {Detail}")]
        public static partial void Handled(ILogger logger, string eventId, string type, WebhookOutcome outcome, string detail);
    }
}
