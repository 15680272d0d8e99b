using Slipway.Server.Access;

namespace Slipway.Server.Doctor;

internal static class DoctorEndpoints
{
    public static void MapDoctor(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/doctor", async (ServerDoctor doctor, CancellationToken cancellationToken) => TypedResults.Ok(await doctor.ExamineAsync(cancellationToken)))
            .RequireScope(Scopes.Read).WithTags("doctor");
}
