using System.Net;

namespace Slipway.Client;

/// <summary>The server refused a request, could not be reached, or its answer was lost. The message says which, and what to do.</summary>
public sealed class SlipwayException : Exception
{
    /// <summary><see cref="Code"/> when nothing listens at the server's address: the request was not made.</summary>
    public const string UnreachableCode = "unreachable";

    /// <summary><see cref="Code"/> when the connection broke before the answer: the request may have been carried out.</summary>
    public const string AnswerLostCode = "answer_lost";

    /// <summary><see cref="Code"/> when something other than a Slipway server answered.</summary>
    public const string NotSlipwayCode = "not_slipway";

    /// <summary><see cref="Code"/> when an event stream stayed lost after every attempt to resume it.</summary>
    public const string StreamLostCode = "stream_lost";

    private SlipwayException(string message, string code, string detail, Exception? inner = null)
        : base(message, inner) => (Code, Detail) = (code, detail);

    /// <summary>The HTTP status, or null when there was no answer.</summary>
    public HttpStatusCode? Status { get; private init; }

    /// <summary>A stable code to branch on: the server's own, e.g. <c>agent_not_found</c>, or one of this class's constants.</summary>
    public string Code { get; }

    /// <summary>What happened, to what, and what to do, without the request line.</summary>
    public string Detail { get; }

    /// <summary>Per field of the request: what is wrong with it. Empty when the server named none.</summary>
    public IReadOnlyDictionary<string, string[]> Errors { get; private init; } = new Dictionary<string, string[]>();

    internal static SlipwayException Refused(string line, HttpStatusCode status, ProblemResource? problem)
    {
        var code = problem?.Code ?? $"http_{(int)status}";
        var detail = problem?.Detail ?? problem?.Title ?? Guess(status);
        return new SlipwayException($"The server refused {line} ({(int)status} {code}): {detail}", code, detail)
        {
            Status = status,
            Errors = problem?.Errors ?? new Dictionary<string, string[]>(),
        };
    }

    internal static SlipwayException Unreachable(Uri server, Exception inner)
    {
        var detail = $"No Slipway server answers at {Address(server)}: {inner.Message}";
        return new SlipwayException(detail, UnreachableCode, detail, inner);
    }

    internal static SlipwayException AnswerLost(string line, Exception inner)
    {
        var detail = $"The answer to {line} was lost: {inner.Message} It may have been carried out; look before asking again.";
        return new SlipwayException(detail, AnswerLostCode, detail, inner);
    }

    internal static SlipwayException NotSlipway(Uri server, string line, Exception inner)
    {
        var detail = $"What answered {line} at {Address(server)} is not Slipway of this version; check the address.";
        return new SlipwayException(detail, NotSlipwayCode, detail, inner);
    }

    internal static SlipwayException StreamLost(string operation, int attempts, Exception? inner)
    {
        var why = inner is null ? "The server ended it early." : inner.Message;
        var detail = $"The events of {operation} stayed out of reach after {attempts} attempts: {why} The operation goes on without us.";
        return new SlipwayException(detail, StreamLostCode, detail, inner);
    }

    // Without what may stand in front of the host: a password.
    private static string Address(Uri server) => server.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    private static string Guess(HttpStatusCode status) => status switch
    {
        HttpStatusCode.Unauthorized => "The token is missing, unknown or revoked.",
        HttpStatusCode.Forbidden => "The token has not the scope for this.",
        HttpStatusCode.NotFound => "There is no such thing; check the id, and that the address is a Slipway server's.",
        >= HttpStatusCode.InternalServerError => "The server failed; its log says why.",
        _ => "The server gave no reason; check that the address is a Slipway server's.",
    };
}
