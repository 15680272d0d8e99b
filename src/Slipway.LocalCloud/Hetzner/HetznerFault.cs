using System.Text.Json.Serialization;
using Slipway.LocalCloud.Http;

namespace Slipway.LocalCloud.Hetzner;

/// <summary>An error as Hetzner words it; the texts are those seen from the live API where any were recorded.</summary>
internal sealed class HetznerFault(int status, string code, string message, ErrorDetails? details = null) : ApiFault(message)
{
    public int Status => status;

    public override IResult ToResult() => TypedResults.Json(
        new ErrorBody(new ErrorContent(Message, code, details)), HetznerJson.Wire.ErrorBody, statusCode: status);

    public static HetznerFault JsonError() => new(400, "json_error", "Invalid JSON input in your request.");

    public static HetznerFault InvalidField(string field, string message) => new(
        422, "invalid_input", $"invalid input in field '{field}'", new ErrorDetails { Fields = [new ErrorField(field, [message])] });

    public static HetznerFault InvalidInput(string message) => new(422, "invalid_input", message, new ErrorDetails());

    public static HetznerFault NotFound(string what, long id) => new(404, "not_found", $"{what} with ID '{id}' not found");

    public static HetznerFault NotFound(string message) => new(404, "not_found", message);

    public static HetznerFault NotUnique(string message, string? field = null) => new(
        409, "uniqueness_error", message,
        field is null ? new ErrorDetails() : new ErrorDetails { Fields = [new ErrorField(field, null)] });

    public static HetznerFault Locked() => new(423, "locked", "cannot perform operation because server is locked");

    public static HetznerFault LimitExceeded(string what, string limit) => new(
        403, "resource_limit_exceeded", $"{what} limit exceeded", new ErrorDetails { Limits = [new ErrorLimit(limit)] });

    public static HetznerFault Unsupported(string message) => new(422, "unsupported_error", message);

    public static HetznerFault Gone() => new(
        410, "deprecated_api_endpoint", "API functionality was removed",
        new ErrorDetails { Announcement = "https://docs.hetzner.cloud/changelog" });

    public static HetznerFault Protected(string message) => new(423, "protected", message);

    public static HetznerFault NotStopped() => new(422, "server_not_stopped", "server must be stopped");

    public static HetznerFault NoPlacement() => new(412, "resource_unavailable", "error during placement");

    public static HetznerFault LocationDisabled() =>
        new(412, "resource_unavailable", "server location disabled", new ErrorDetails());
}

internal sealed record ErrorBody(ErrorContent Error);

/// <summary>Key order as captured from the live API.</summary>
internal sealed record ErrorContent(string Message, string Code, ErrorDetails? Details);

internal sealed record ErrorDetails
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ErrorField>? Fields { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ErrorLimit>? Limits { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Announcement { get; init; }
}

internal sealed record ErrorLimit(string Name);

internal sealed record ErrorField(
    string Name,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Messages);
