using Slipway.LocalCloud.Http;

namespace Slipway.LocalCloud.Tailscale;

/// <summary>An error in Tailscale's body: <c>{"message"}</c>; the status is HTTP's.</summary>
internal sealed class TailscaleFault(int status, string message) : ApiFault(message)
{
    public int Status => status;

    public override IResult ToResult() =>
        TypedResults.Json(new TailscaleErrorView(Message), TailscaleJson.Wire.TailscaleErrorView, statusCode: status);
}
