using System.Net;
using System.Text.Json;

namespace Slipway.Hetzner.Http;

/// <summary>Turns every answer that is not a success, and every failure to get one, into a <see cref="HetznerException"/>.</summary>
internal sealed class ErrorHandler(Redaction redaction) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            var response = await base.SendAsync(request, cancellationToken);
            if (response.IsSuccessStatusCode)
            {
                return response;
            }

            using (response)
            {
                throw Refused(request, response, await response.Content.ReadAsStringAsync(cancellationToken));
            }
        }
        catch (TimeoutException e)
        {
            throw Lost(request, HetznerErrorCodes.Timeout, e, arrived: true);
        }
        catch (HttpRequestException e)
        {
            var arrived = e.HttpRequestError is not (HttpRequestError.ConnectionError
                or HttpRequestError.NameResolutionError
                or HttpRequestError.SecureConnectionError
                or HttpRequestError.ProxyTunnelError);
            throw Lost(request, HetznerErrorCodes.ConnectionFailed, e, arrived);
        }
        catch (IOException e)
        {
            throw Lost(request, HetznerErrorCodes.ConnectionFailed, e, arrived: true);
        }
    }

    private static HetznerException Lost(HttpRequestMessage request, string code, Exception cause, bool arrived)
    {
        var endpoint = RequestContext.Of(request).Endpoint;
        var unknown = RetryPolicy.IsOutcomeUnknown(request.Method, null, code, arrived);
        var advice = ErrorAdvice.For(code, null, "", unknown).Text;
        return new HetznerException(
            $"{endpoint} got no answer from Hetzner ({code}): {cause.Message} {advice}",
            code, null, endpoint, isOutcomeUnknown: unknown, innerException: cause)
        {
            MayHaveArrived = arrived,
        };
    }

    private HetznerException Refused(HttpRequestMessage request, HttpResponseMessage response, string body)
    {
        var context = RequestContext.Of(request);
        var (code, text, details) = Read(response.StatusCode, body, s => redaction.Clean(s, context.Secret));
        var unknown = RetryPolicy.IsOutcomeUnknown(request.Method, response.StatusCode, code, mayHaveArrived: true);
        var correlation = response.Headers.TryGetValues("X-Correlation-Id", out var values) ? values.FirstOrDefault() : null;
        var fields = string.Concat(details.Fields.Select(f => $" Field '{f.Name}': {string.Join("; ", f.Messages)}."));
        return new HetznerException(
            $"{context.Endpoint} failed: {text} ({code}, HTTP {(int)response.StatusCode}, correlation id {correlation ?? "none"}).{fields} {ErrorAdvice.For(code, response.StatusCode, text, unknown).Text}",
            code, response.StatusCode, context.Endpoint, correlation, details, unknown);
    }

    private static (string Code, string Text, HetznerErrorDetails Details) Read(HttpStatusCode status, string body, Func<string, string> redact)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            if (json.RootElement.ValueKind == JsonValueKind.Object
                && json.RootElement.TryGetProperty("error", out var error)
                && HetznerErrorDetails.Text(error, "code") is { Length: > 0 } code)
            {
                var details = error.TryGetProperty("details", out var d) ? HetznerErrorDetails.Parse(d, redact) : HetznerErrorDetails.None;
                var text = HetznerErrorDetails.Text(error, "message") is { Length: > 0 } message ? redact(message) : "no message";
                return (redact(code), text, details);
            }
        }
        catch (JsonException)
        {
            // A proxy answered with HTML or nothing; the status has to do.
        }

        return (ErrorAdvice.CodeOf(status), "an answer without Hetzner's error format", HetznerErrorDetails.None);
    }
}
