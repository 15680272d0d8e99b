using Slipway.Payments;

namespace Slipway.Server.Payments;

internal static class StripeEndpoints
{
    private const int MaximumBody = 256 * 1024;

    // Stripe signs; the signature is the authorisation, and the event's own row is the record of it.
    public static void MapStripe(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/webhooks/stripe", ReceiveAsync).AllowAnonymous().WithTags("webhooks").ExcludeFromDescription();

    private static async Task<IResult> ReceiveAsync(HttpRequest request, StripeWebhook webhook, CancellationToken cancellationToken)
    {
        if (await RawBody.ReadAsync(request, MaximumBody, cancellationToken) is not { } body)
        {
            return Problems.Of(StatusCodes.Status413PayloadTooLarge, "body_too_large", $"A Stripe event has at most {MaximumBody / 1024} KiB here.");
        }

        var result = await webhook.HandleAsync(body, request.Headers["Stripe-Signature"], cancellationToken);
        return result.Outcome switch
        {
            WebhookOutcome.BadSignature => Problems.Of(StatusCodes.Status400BadRequest, "bad_signature", result.Detail),
            WebhookOutcome.Malformed => Problems.Of(StatusCodes.Status400BadRequest, "malformed_event", result.Detail),
            _ => TypedResults.Text(result.Detail),
        };
    }
}
