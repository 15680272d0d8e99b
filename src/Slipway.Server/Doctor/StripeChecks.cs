using System.Globalization;
using Slipway.Client;
using Slipway.Payments;
using Slipway.Payments.Stripe;

namespace Slipway.Server.Doctor;

/// <summary>Whether Stripe takes our key, and we Stripe's word.</summary>
public sealed class StripeChecks(StripeClient stripe, StripeWebhook webhook)
{
    private const string Path = "/webhooks/stripe";
    private const string KeyFix = "Set STRIPE_SECRET_KEY to a key of the account and the mode (test or live) the webhook is in.";
    private const string EndpointFix = "Make a webhook endpoint for this server's /webhooks/stripe in Stripe (Developers → Webhooks), with the events the README names, and set STRIPE_WEBHOOK_SECRET to its signing secret.";

    public async Task<IReadOnlyList<DoctorCheck>> ExamineAsync(CancellationToken cancellationToken)
    {
        try
        {
            await stripe.VerifyKeyAsync(cancellationToken);
            return [new DoctorCheck("stripe-key", true, "subscriptions, checkout sessions, invoices and events can be read", null), await CheckWebhookAsync(cancellationToken)];
        }
        catch (StripeException e)
        {
            return [new DoctorCheck("stripe-key", false, e.Message, KeyFix)];
        }
    }

    private async Task<DoctorCheck> CheckWebhookAsync(CancellationToken cancellationToken)
    {
        if (webhook.LastDelivery is { Refusal: { } refusal } refused)
        {
            return Of($"the delivery of {Time(refused.At)} was not believed: {refusal}", EndpointFix);
        }

        IReadOnlyList<StripeWebhookEndpoint> ours;
        try
        {
            ours = [.. (await stripe.ListWebhookEndpointsAsync(cancellationToken)).Where(e => e.Url?.TrimEnd('/').EndsWith(Path, StringComparison.Ordinal) == true)];
        }
        catch (StripeException e) when (e.IsCredential)
        {
            return webhook.LastDelivery is { } last
                ? Of($"the delivery of {Time(last.At)} was believed; this key may not see the endpoint")
                : Of("nothing was delivered since this server started, and this key may not see the endpoint");
        }

        if (!ours.Any(e => e.IsEnabled))
        {
            return Of(ours.Count == 0 ? $"Stripe has no endpoint that ends in {Path}" : $"Stripe's endpoint {ours[0].Url} is disabled", EndpointFix);
        }

        var missing = StripeEvent.Types.Where(t => !ours.Any(e => e.IsEnabled && (e.EnabledEvents.Contains("*") || e.EnabledEvents.Contains(t)))).ToList();
        return missing.Count > 0 ? Of($"Stripe's endpoint is not told of {string.Join(", ", missing)}", "Add these events to the endpoint in Stripe.")
            : Of(webhook.LastDelivery is { } believed ? $"the delivery of {Time(believed.At)} was believed" : $"{ours.First(e => e.IsEnabled).Url} is enabled; nothing was delivered since this server started");
    }

    private static DoctorCheck Of(string found, string? fix = null) => new("stripe-webhook", fix is null, found, fix);

    private static string Time(DateTimeOffset at) => at.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
