using System.Net;

namespace Slipway.Hetzner;

/// <summary>
/// A request that did not succeed: refused by Hetzner, or lost on the way. Branch on <see cref="Code"/>, never on the message.
/// Neither the message nor any property holds the token, user data or a password.
/// </summary>
/// <param name="message">What happened, where, and what to do.</param>
/// <param name="code">One of <see cref="HetznerErrorCodes"/> or another code of the API.</param>
/// <param name="status">The HTTP status; <see langword="null"/> when there was no answer.</param>
/// <param name="endpoint">Method and route template, such as <c>POST /servers</c>; no ids.</param>
/// <param name="correlationId">Hetzner's <c>X-Correlation-Id</c>.</param>
/// <param name="details">The typed details.</param>
/// <param name="isOutcomeUnknown">Whether the request may have been carried out nevertheless.</param>
/// <param name="innerException">The transport's own exception.</param>
public sealed class HetznerException(
    string message,
    string code,
    HttpStatusCode? status,
    string endpoint,
    string? correlationId = null,
    HetznerErrorDetails? details = null,
    bool isOutcomeUnknown = false,
    Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>The API's error code, or <c>timeout</c>, <c>connection_failed</c>, <c>invalid_response</c>. An open set; see <see cref="HetznerErrorCodes"/>.</summary>
    public string Code { get; } = code;

    /// <summary>What a program should do about it: whether to repeat it, when, where, or not at all.</summary>
    public HetznerAdvice Advice { get; } = Http.ErrorAdvice.For(code, status, message, isOutcomeUnknown).Advice;

    /// <summary>The HTTP status, or <see langword="null"/> when no answer came.</summary>
    public HttpStatusCode? Status { get; } = status;

    /// <summary>Method and route template, such as <c>DELETE /servers/{id}</c>: safe as a metric's label.</summary>
    public string Endpoint { get; } = endpoint;

    /// <summary>What Hetzner's support asks for: the <c>X-Correlation-Id</c> of the answer.</summary>
    public string? CorrelationId { get; } = correlationId;

    /// <summary>The typed details; empty when there were none.</summary>
    public HetznerErrorDetails Details { get; } = details ?? HetznerErrorDetails.None;

    /// <summary>
    /// A POST that may have been carried out although it failed here: time-out, connection lost after sending, 5xx.
    /// There is no idempotency key: look the resource up by name or label before trying again.
    /// </summary>
    public bool IsOutcomeUnknown { get; } = isOutcomeUnknown;

    /// <summary>Whether Hetzner may have received the request; only a connection that was never made rules it out.</summary>
    internal bool MayHaveArrived { get; init; } = true;

    /// <summary>Whether the API said that the resource does not exist. A 404 from something that is no API does not count.</summary>
    internal bool IsNotFound => Status == HttpStatusCode.NotFound && Code == HetznerErrorCodes.NotFound;
}
