using System.ComponentModel.DataAnnotations;

namespace Slipway.Payments;

public sealed class PaymentsOptions : IValidatableObject
{
    public const string Section = "Stripe";

    /// <summary>The account's secret key (<c>sk_…</c>), or a restricted one (<c>rk_…</c>).</summary>
    public string ApiKey { get; set; } = "";

    public Uri BaseUrl { get; set; } = new("https://api.stripe.com/");

    /// <summary>Signing secrets of the webhook endpoint; several while one replaces another.</summary>
    public IList<string> WebhookSecrets { get; } = [];

    /// <summary>Which price buys which blueprint, e.g. <c>Stripe:Prices:price_123 = hello</c>. A payment at any other price provisions nothing.</summary>
    public IDictionary<string, string> Prices { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>How far a signature's time may be from ours.</summary>
    public TimeSpan SignatureTolerance { get; set; } = TimeSpan.FromSeconds(300);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (string.IsNullOrWhiteSpace(ApiKey))
        {
            yield return new ValidationResult(
                "Stripe's key is empty: set STRIPE_SECRET_KEY (or Stripe:ApiKey) to a secret or restricted key of the account (sk_… or rk_…); without it no event can be checked.");
        }

        if (!BaseUrl.IsAbsoluteUri || (BaseUrl.Scheme != "https" && !BaseUrl.IsLoopback))
        {
            yield return new ValidationResult($"Stripe:BaseUrl is {BaseUrl}: use https, or an address on this machine; the key is sent there.");
        }

        if (WebhookSecrets.Count == 0 || WebhookSecrets.Any(string.IsNullOrWhiteSpace))
        {
            yield return new ValidationResult(
                "Stripe:WebhookSecrets is empty: set Stripe__WebhookSecrets__0 to the endpoint's signing secret (whsec_…); without it no payment can be believed.");
        }
    }
}
