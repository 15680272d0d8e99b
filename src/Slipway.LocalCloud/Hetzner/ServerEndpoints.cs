namespace Slipway.LocalCloud.Hetzner;

internal static class ServerEndpoints
{
    public static void MapServers(this IEndpointRouteBuilder api)
    {
        api.MapGet("/servers", (HttpContext context, HetznerProject project, Capacity capacity) =>
        {
            lock (project.Gate)
            {
                var (items, meta) = new ListQuery<Server>(context, Candidates(context, project)).Filter("status", s => s.Status)
                    .Labels(s => s.Labels).Sortable("id", s => s.Id).Sortable("name", s => s.Name)
                    .Sortable("created", s => s.Created).Page();
                return TypedResults.Json(
                    new ServersAnswer(ServerView.Of(items, capacity), meta), HetznerJson.Wire.ServersAnswer);
            }
        });
        api.MapPost("/servers", async (HttpContext context, ServerCreation creation) =>
        {
            var order = await HetznerRequest.ReadAsync(context, HetznerJson.Wire.CreateServer);
            return TypedResults.Json(creation.Create(order), HetznerJson.Wire.CreateServerAnswer, statusCode: 201);
        });
        api.MapGet("/servers/{id:long}", (long id, HetznerProject project, Capacity capacity) =>
        {
            lock (project.Gate)
            {
                return Answer(project.Server(id), capacity);
            }
        });
        api.MapPut("/servers/{id:long}", async (long id, HttpContext context, HetznerProject project, Capacity capacity, FirewallAssignment firewalls) =>
        {
            var change = await HetznerRequest.ReadAsync(context, HetznerJson.Wire.UpdateNamed);
            LabelRules.Check(change.Labels);
            var name = change.Name is null ? null : ServerCreation.CheckName(change.Name);
            lock (project.Gate)
            {
                var server = project.Server(id);
                if (name is not null && name != server.Name)
                {
                    if (!project.ServersByName.TryAdd(name, server))
                    {
                        throw HetznerFault.NotUnique("server name is already used");
                    }

                    project.ServersByName.Remove(server.Name);
                    server.Name = name;
                }

                if (change.Labels is not null)
                {
                    project.Relabel(server, change.Labels);
                    firewalls.FollowLabels(server);
                }

                return Answer(server, capacity);
            }
        });
        api.MapDelete("/servers/{id:long}", (long id, HetznerProject project, ServerLifecycle lifecycle, ImageStore images) =>
        {
            lock (project.Gate)
            {
                var server = project.Server(id);
                if (server.ProtectedFromDelete)
                {
                    throw HetznerFault.Protected("server is delete protected");
                }

                server.RequireUnlocked();
                images.DeleteBackupsOf(id);
                return ServerActionEndpoints.Answer(lifecycle.BeginDelete(server), 200);
            }
        });
    }

    /// <summary>A look-up by name or label is the commonest list and must not cost a walk through thousands.</summary>
    private static IEnumerable<Server> Candidates(HttpContext context, HetznerProject project)
    {
        if (context.Request.Query["name"] is [{ } name])
        {
            return project.ServersByName.TryGetValue(name, out var server) ? [server] : [];
        }

        return context.Request.Query["label_selector"] is [{ Length: > 0 } text, ..] && LabelSelector.Parse(text).Exact is { } exact
            ? project.ServersWith(exact.Label, exact.Value)
            : project.Servers.Values;
    }

    private static IResult Answer(Server server, Capacity capacity) =>
        TypedResults.Json(new ServerAnswer(ServerView.Of(server, capacity)), HetznerJson.Wire.ServerAnswer);
}
