using Slipway.LocalCloud.Http;

namespace Slipway.LocalCloud.Stripe;

internal sealed class StripeFault(int status, string message, string? code = null, string? param = null, string type = "invalid_request_error")
    : ApiFault(message)
{
    public override IResult ToResult() => TypedResults.Json(
        new StripeErrorBody(new StripeErrorContent(code, Message, param, type)),
        StripeJson.Wire.StripeErrorBody, statusCode: status);

    public static StripeFault Missing(string what, string id, string param = "id") =>
        new(param == "id" ? 404 : 400, $"No such {what}: '{id}'", "resource_missing", param);

    public static StripeFault Required(string param) =>
        new(400, $"Missing required param: {param}.", "parameter_missing", param);

    public static StripeFault Declined() => new(402, "Your card was declined.", "card_declined", type: "card_error");
}
