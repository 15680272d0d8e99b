namespace Slipway.LocalCloud.Hetzner;

internal static class ResourceEndpoints
{
    /// <summary>List, get, update, delete, change_protection and the reads of actions: alike for every kind.</summary>
    public static void MapResource<T>(this IEndpointRouteBuilder api, ResourceKind<T> kind)
        where T : NamedResource
    {
        var project = api.ServiceProvider.GetRequiredService<HetznerProject>();
        api.MapActionsOf(kind.Path, kind.Type, (p, id) => kind.Find(p, id));
        api.MapGet($"/{kind.Path}", (HttpContext context) =>
        {
            lock (project.Gate)
            {
                var (items, meta) = kind.Query(new ListQuery<T>(context, kind.All(project).Values).Filter("name", r => r.Name).Labels(r => r.Labels)
                    .Sortable("id", r => r.Id).Sortable("name", r => r.Name).Sortable("created", r => r.Created)).Page();
                return kind.AnswerList(items, meta);
            }
        });
        api.MapGet($"/{kind.Path}/{{id:long}}", (long id) =>
        {
            lock (project.Gate)
            {
                return kind.Answer(kind.Find(project, id), 200);
            }
        });
        api.MapPut($"/{kind.Path}/{{id:long}}", async (long id, HttpContext context) =>
        {
            var change = await HetznerRequest.ReadAsync(context, HetznerJson.Wire.UpdateResource);
            LabelRules.Check(change.Labels);
            lock (project.Gate)
            {
                var resource = kind.Find(project, id);
                kind.CheckUnique(project, change.Name, id);
                resource.Name = change.Name is null ? resource.Name : kind.CheckName(change.Name);
                resource.Labels = change.Labels ?? resource.Labels;
                kind.Update(resource, change);
                return kind.Answer(resource, 200);
            }
        });
        api.MapDelete($"/{kind.Path}/{{id:long}}", (long id) =>
        {
            lock (project.Gate)
            {
                var resource = kind.Find(project, id);
                if (resource.ProtectedFromDelete)
                {
                    throw HetznerFault.Protected(kind.ProtectedMessage!);
                }

                kind.Delete(resource);
                kind.All(project).Remove(id);
                return TypedResults.NoContent();
            }
        });
        if (kind.ProtectedMessage is not null)
        {
            api.MapProtection(kind, project);
        }
    }

    private static void MapProtection<T>(this IEndpointRouteBuilder api, ResourceKind<T> kind, HetznerProject project)
        where T : NamedResource =>
        api.MapPost($"/{kind.Path}/{{id:long}}/actions/change_protection", async (long id, HttpContext context) =>
        {
            var change = await HetznerRequest.ReadAsync(context, HetznerJson.Wire.ChangeProtection);
            lock (project.Gate)
            {
                var resource = kind.Find(project, id);
                resource.ProtectedFromDelete = change.Delete ?? resource.ProtectedFromDelete;
                return ServerActionEndpoints.Answer(project.DoneAction("change_protection", kind.Reference(resource)), 201);
            }
        });
}
