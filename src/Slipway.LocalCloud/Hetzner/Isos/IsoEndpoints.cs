namespace Slipway.LocalCloud.Hetzner;

internal static class IsoEndpoints
{
    public static void MapIsos(this IEndpointRouteBuilder api)
    {
        api.MapGet("/isos", (HttpContext context) =>
        {
            var (items, meta) = new ListQuery<Iso>(context, OfArchitecture(context.Request.Query)).Filter("name", i => i.Name)
                .Sortable("id", i => i.Id).Sortable("name", i => i.Name).Page();
            return TypedResults.Json(new IsosAnswer(items, meta), HetznerJson.Wire.IsosAnswer);
        });
        api.MapGet("/isos/{id:long}", (long id) => TypedResults.Json(
            new IsoAnswer(Iso.All.FirstOrDefault(i => i.Id == id) ?? throw HetznerFault.NotFound("iso", id)), HetznerJson.Wire.IsoAnswer));
        var actions = api.MapGroup("/servers/{id:long}/actions");
        actions.MapPost("/attach_iso", AttachAsync);
        actions.MapPost("/detach_iso", (long id, HetznerProject project, ServerLifecycle lifecycle) =>
        {
            lock (project.Gate)
            {
                var server = project.Server(id);
                server.RequireUnlocked();
                return ServerActionEndpoints.Answer(
                    server.Iso is null
                        ? project.DoneAction("detach_iso", new ActionResource(id, "server"))
                        : lifecycle.BeginChange(server, "detach_iso", s => s.Iso = null),
                    201);
            }
        });
    }

    /// <summary>Those for any architecture are kept back unless they are asked for.</summary>
    private static IEnumerable<Iso> OfArchitecture(IQueryCollection query)
    {
        var wanted = query["architecture"];
        var wildcard = query["include_architecture_wildcard"] == "true";
        return wanted.Count == 0
            ? Iso.All
            : Iso.All.Where(i => i.Architecture is null ? wildcard : wanted.Contains(i.Architecture, StringComparer.Ordinal));
    }

    private static async Task<IResult> AttachAsync(long id, HttpContext context, HetznerProject project, ServerLifecycle lifecycle)
    {
        var wanted = (await HetznerRequest.ReadAsync(context, HetznerJson.Wire.AttachIso)).Iso
            ?? throw HetznerFault.InvalidField("iso", "Missing data for required field.");
        var iso = Iso.All.FirstOrDefault(i => wanted.Matches(i.Id, i.Name)) ?? throw HetznerFault.NotFound("iso not found");
        lock (project.Gate)
        {
            var server = project.Server(id);
            if (iso.Architecture is not null && iso.Architecture != server.Type.Architecture)
            {
                throw HetznerFault.InvalidInput("iso architecture does not match the server type");
            }

            return ServerActionEndpoints.Answer(lifecycle.BeginChange(server, "attach_iso", s => s.Iso = iso), 201);
        }
    }
}
