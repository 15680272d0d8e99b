using System.Globalization;

namespace Slipway.LocalCloud.Hetzner;

internal static class ActionEndpoints
{
    /// <summary>Actions of whatever resource.</summary>
    public static void MapActions(this IEndpointRouteBuilder api)
    {
        api.MapGet("/actions", (HttpContext context, HetznerProject project, ApiDate date) =>
        {
            var ids = context.Request.Query["id"];
            if (ids.Count == 0 && !date.ListsAllActions)
            {
                throw HetznerFault.InvalidField("id", "Missing data for required field.");
            }

            lock (project.Gate)
            {
                if (ids.Count == 0)
                {
                    return Page(context, project.Actions.Values);
                }

                // Asked by id there are no pages.
                var found = ids.Select(id => project.Actions.GetValueOrDefault(ParseId(id))).OfType<HetznerAction>().DistinctBy(a => a.Id);
                return Answer(Query(context, found).All().ToList(), meta: null);
            }
        });
        api.MapGet("/actions/{id:long}", (long id, HetznerProject project) =>
        {
            lock (project.Gate)
            {
                return ServerActionEndpoints.Answer(Find(project, id), 200);
            }
        });
    }

    /// <summary>The four reads every kind of resource has: of all its kind, and of one.</summary>
    /// <param name="api">What they are mapped on.</param>
    /// <param name="path">As the path says it, e.g. <c>placement_groups</c>.</param>
    /// <param name="type">As an action's resources say it, e.g. <c>placement_group</c>.</param>
    /// <param name="require">Throws the 404 when there is no such resource.</param>
    public static void MapActionsOf(this IEndpointRouteBuilder api, string path, string type, Action<HetznerProject, long> require)
    {
        api.MapGet($"/{path}/actions", (HttpContext context, HetznerProject project) =>
        {
            lock (project.Gate)
            {
                return Page(context, project.Actions.Values.Where(a => a.Concerns(type)));
            }
        });
        api.MapGet($"/{path}/actions/{{id:long}}", (long id, HetznerProject project) =>
        {
            lock (project.Gate)
            {
                var action = Find(project, id);
                return action.Concerns(type) ? ServerActionEndpoints.Answer(action, 200) : throw HetznerFault.NotFound("action", id);
            }
        });
        api.MapGet($"/{path}/{{id:long}}/actions", (long id, HttpContext context, HetznerProject project) =>
        {
            lock (project.Gate)
            {
                require(project, id);
                return Page(context, project.ActionsOf(type, id));
            }
        });
        api.MapGet($"/{path}/{{id:long}}/actions/{{action:long}}", (long id, long action, HetznerProject project) =>
        {
            lock (project.Gate)
            {
                require(project, id);
                return project.ActionsOf(type, id).FirstOrDefault(a => a.Id == action) is { } found
                    ? ServerActionEndpoints.Answer(found, 200)
                    : throw HetznerFault.NotFound("action", action);
            }
        });
    }

    private static HetznerAction Find(HetznerProject project, long id) =>
        project.Actions.TryGetValue(id, out var action) ? action : throw HetznerFault.NotFound("action", id);

    private static IResult Page(HttpContext context, IEnumerable<HetznerAction> actions)
    {
        var (items, meta) = Query(context, actions).Page();
        return Answer(items, meta);
    }

    private static ListQuery<HetznerAction> Query(HttpContext context, IEnumerable<HetznerAction> actions) =>
        new ListQuery<HetznerAction>(context, actions).Filter("status", a => a.Status)
            .Filter("id", a => a.Id.ToString(CultureInfo.InvariantCulture))
            .Sortable("id", a => a.Id).Sortable("command", a => a.Command).Sortable("status", a => a.Status)
            .Sortable("started", a => a.Started).Sortable("finished", a => a.Finished).Sortable("progress", a => a.Progress);

    private static IResult Answer(IReadOnlyList<HetznerAction> actions, ListMeta? meta) =>
        TypedResults.Json(new ActionsAnswer(actions, meta), HetznerJson.Wire.ActionsAnswer);

    private static long ParseId(string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? id
            : throw HetznerFault.InvalidField("id", "Not a valid integer.");
}
