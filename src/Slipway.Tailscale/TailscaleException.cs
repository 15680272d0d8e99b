using System.Net;

namespace Slipway.Tailscale;

/// <summary>Tailscale refused a request, or gave no usable answer. The message never holds a secret.</summary>
public sealed class TailscaleException : Exception
{
    internal TailscaleException(string message, HttpStatusCode? status, string endpoint, Exception? inner = null)
        : base(message, inner)
    {
        Status = status;
        Endpoint = endpoint;
    }

    /// <summary>The HTTP status; <see langword="null"/> when no answer arrived. (The body's own <c>status</c> is not to be trusted.)</summary>
    public HttpStatusCode? Status { get; }

    /// <summary>Method and path, e.g. <c>POST /api/v2/tailnet/-/keys</c>.</summary>
    public string Endpoint { get; }

    /// <summary>How long the server asked to wait, if it said so in seconds.</summary>
    public TimeSpan? RetryAfter { get; internal init; }

    /// <summary>
    /// Whether the request may have taken effect although it failed: it was sent, it changes something, and it was not repeated.
    /// Look before doing it again; a key is found by its description.
    /// </summary>
    public bool OutcomeUnknown { get; internal init; }
}
