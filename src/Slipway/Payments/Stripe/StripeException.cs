using System.Net;

namespace Slipway.Payments.Stripe;

/// <summary>Stripe refused a request, or gave no usable answer. The message never holds a key.</summary>
public sealed class StripeException(string message, HttpStatusCode? status = null, string? code = null, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Null when no answer arrived: the request may have taken effect, and its idempotency key makes it safe to repeat.</summary>
    public HttpStatusCode? Status => status;

    /// <summary>Stripe's own word for it, e.g. <c>charge_already_refunded</c>.</summary>
    public string? Code => code;

    /// <summary>True when the key itself is refused: only an operator can mend that.</summary>
    public bool IsCredential => Status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden;

    /// <summary>True when the same request will be refused again: neither the key, nor too many requests, nor Stripe's own trouble.</summary>
    public bool IsFinal => !IsCredential && Status is >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError
        and not (HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout or HttpStatusCode.Conflict);
}
