namespace Slipway.LocalCloud.Hetzner;

internal static class PlacementGroupEndpoints
{
    public static void MapPlacementGroups(this IEndpointRouteBuilder api)
    {
        api.MapGet("/placement_groups", (HttpContext context, HetznerProject project) =>
        {
            lock (project.Gate)
            {
                var (items, meta) = new ListQuery<PlacementGroup>(context, project.PlacementGroups.Values)
                    .Filter("name", g => g.Name).Filter("type", g => g.Type).Labels(g => g.Labels)
                    .Sortable("id", g => g.Id).Sortable("name", g => g.Name).Sortable("created", g => g.Created).Page();
                return TypedResults.Json(
                    new PlacementGroupsAnswer(items.Select(g => g.View()).ToList(), meta), HetznerJson.Wire.PlacementGroupsAnswer);
            }
        });
        api.MapPost("/placement_groups", CreateAsync);
        api.MapGet("/placement_groups/{id:long}", (long id, HetznerProject project) =>
        {
            lock (project.Gate)
            {
                return Answer(project.PlacementGroup(id));
            }
        });
        api.MapPut("/placement_groups/{id:long}", UpdateAsync);
        api.MapDelete("/placement_groups/{id:long}", (long id, HetznerProject project) =>
        {
            lock (project.Gate)
            {
                var group = project.PlacementGroup(id);
                foreach (var server in project.Servers.Values.Where(s => s.PlacementGroup == group))
                {
                    group.Remove(server);
                }

                project.PlacementGroups.Remove(id);
                return TypedResults.NoContent();
            }
        });
    }

    private static async Task<IResult> CreateAsync(HttpContext context, HetznerProject project)
    {
        var request = await HetznerRequest.ReadAsync(context, HetznerJson.Wire.CreatePlacementGroup);
        LabelRules.Check(request.Labels);
        var name = CheckName(request.Name);
        if (request.Type != "spread")
        {
            throw HetznerFault.InvalidField("type", "Must be one of: spread.");
        }

        lock (project.Gate)
        {
            CheckUnique(project, name, except: null);
            var group = new PlacementGroup
            {
                Id = project.NextId(),
                Name = name,
                Type = request.Type,
                Created = project.Now,
                Labels = request.Labels ?? [],
            };
            project.PlacementGroups.Add(group.Id, group);
            return TypedResults.Json(
                new CreatePlacementGroupAnswer(group.View(), Action: null), HetznerJson.Wire.CreatePlacementGroupAnswer, statusCode: 201);
        }
    }

    private static async Task<IResult> UpdateAsync(long id, HttpContext context, HetznerProject project)
    {
        var change = await HetznerRequest.ReadAsync(context, HetznerJson.Wire.UpdateNamed);
        LabelRules.Check(change.Labels);
        lock (project.Gate)
        {
            var group = project.PlacementGroup(id);
            CheckUnique(project, change.Name, id);
            group.Name = change.Name is null ? group.Name : CheckName(change.Name);
            group.Labels = change.Labels ?? group.Labels;
            return Answer(group);
        }
    }

    private static string CheckName(string? name) => name is { Length: > 0 and <= 255 }
        ? name
        : throw HetznerFault.InvalidField("name", "Length must be between 1 and 255.");

    private static void CheckUnique(HetznerProject project, string? name, long? except)
    {
        if (project.PlacementGroups.Values.Any(g => g.Id != except && g.Name == name))
        {
            throw HetznerFault.NotUnique("name is already used", "name");
        }
    }

    private static IResult Answer(PlacementGroup group) =>
        TypedResults.Json(new PlacementGroupAnswer(group.View()), HetznerJson.Wire.PlacementGroupAnswer);
}
