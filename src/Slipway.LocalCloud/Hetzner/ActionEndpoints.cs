using System.Globalization;

namespace Slipway.LocalCloud.Hetzner;

internal static class ActionEndpoints
{
    public static void MapActions(this IEndpointRouteBuilder api)
    {
        // The list of everything was removed on 2025-01-30: ids are required, and there are no pages.
        api.MapGet("/actions", (HttpContext context, HetznerProject project) =>
        {
            var ids = context.Request.Query["id"];
            if (ids.Count == 0)
            {
                throw HetznerFault.InvalidField("id", "Missing data for required field.");
            }

            lock (project.Gate)
            {
                var found = ids.Select(id => project.Actions.GetValueOrDefault(ParseId(id))).OfType<HetznerAction>().DistinctBy(a => a.Id);
                return Answer(Filtered(context, found).ToList(), meta: null);
            }
        });
        api.MapGet("/actions/{id:long}", One);
        api.MapGet("/servers/actions/{id:long}", One);
        api.MapGet("/firewalls/actions/{id:long}", One);
        api.MapGet("/servers/actions", (HttpContext context, HetznerProject project) =>
        {
            lock (project.Gate)
            {
                return Page(context, project.Actions.Values.Where(a => a.Resources.Any(r => r.Type == "server")));
            }
        });
        api.MapGet("/servers/{id:long}/actions", (long id, HttpContext context, HetznerProject project) =>
        {
            lock (project.Gate)
            {
                project.Server(id);
                return Page(context, project.ActionsOfServer[id].Select(a => project.Actions[a]));
            }
        });
        api.MapGet("/servers/{id:long}/actions/{action:long}", (long id, long action, HetznerProject project) =>
        {
            lock (project.Gate)
            {
                project.Server(id);
                return project.ActionsOfServer[id].Contains(action)
                    ? ServerActionEndpoints.Answer(project.Actions[action], 200)
                    : throw HetznerFault.NotFound("action", action);
            }
        });
    }

    private static IResult One(long id, HetznerProject project)
    {
        lock (project.Gate)
        {
            return ServerActionEndpoints.Answer(
                project.Actions.TryGetValue(id, out var action) ? action : throw HetznerFault.NotFound("action", id), 200);
        }
    }

    private static IResult Page(HttpContext context, IEnumerable<HetznerAction> actions)
    {
        var (items, meta) = Query(context, actions).Page();
        return Answer(items, meta);
    }

    private static IEnumerable<HetznerAction> Filtered(HttpContext context, IEnumerable<HetznerAction> actions) =>
        Query(context, actions).All();

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
