using Slipway.LocalCloud.Http;

namespace Slipway.LocalCloud.SideChannel;

internal static class FaultEndpoints
{
    public static void MapFaults(this IEndpointRouteBuilder local)
    {
        local.MapPost("/faults", async (HttpContext context, Faults faults) =>
        {
            faults.Add(Read(await SideChannelFault.ReadAsync(context, SideChannelJson.Wire.AddFault)));
            return TypedResults.NoContent();
        });
        local.MapDelete("/faults", (Faults faults) =>
        {
            faults.Clear();
            return TypedResults.NoContent();
        });
    }

    private static Fault Read(AddFault wanted)
    {
        var kind = wanted.Kind switch
        {
            "lost_answer" => FaultKind.LostAnswer,
            "lost_request" => FaultKind.LostRequest,
            "answer" => FaultKind.Answer,
            "fail_action" => FaultKind.FailAction,
            _ => throw new SideChannelFault(400, $"kind is '{wanted.Kind}'; use lost_answer, lost_request, answer or fail_action"),
        };
        var subject = kind == FaultKind.FailAction
            ? wanted.Action ?? throw new SideChannelFault(400, "action is missing, e.g. create_server")
            : wanted.Route ?? throw new SideChannelFault(400, "route is missing, e.g. GET /v1/servers/{id}");
        return new Fault(subject, kind, wanted.Times ?? 1, wanted.Status ?? 500, wanted.Text ?? "");
    }
}
