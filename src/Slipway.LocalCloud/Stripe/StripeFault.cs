using Slipway.LocalCloud.Http;

namespace Slipway.LocalCloud.Stripe;

internal sealed class StripeFault(int status, string message, string? code = null, string? param = null) : ApiFault(message)
{
    public override IResult ToResult() => TypedResults.Json(
        new StripeErrorBody(new StripeErrorContent(code, Message, param, "invalid_request_error")),
        StripeJson.Wire.StripeErrorBody, statusCode: status);

    public static StripeFault Missing(string what, string id) => new(404, $"No such {what}: '{id}'", "resource_missing", "id");

    public static StripeFault Required(string param) =>
        new(400, $"Missing required param: {param}.", "parameter_missing", param);
}
