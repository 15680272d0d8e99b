namespace Slipway.LocalCloud.Hetzner;

internal static class FirewallEndpoints
{
    public static void MapFirewalls(this IEndpointRouteBuilder api)
    {
        api.MapGet("/firewalls", (HttpContext context, HetznerProject project) =>
        {
            lock (project.Gate)
            {
                var (items, meta) = new ListQuery<Firewall>(context, project.Firewalls.Values).Filter("name", f => f.Name)
                    .Labels(f => f.Labels).Sortable("id", f => f.Id).Sortable("name", f => f.Name).Sortable("created", f => f.Created).Page();
                return TypedResults.Json(
                    new FirewallsAnswer(items.Select(f => f.View(project)).ToList(), meta), HetznerJson.Wire.FirewallsAnswer);
            }
        });
        api.MapPost("/firewalls", CreateAsync);
        api.MapGet("/firewalls/{id:long}", (long id, HetznerProject project) =>
        {
            lock (project.Gate)
            {
                return Answer(project, project.Firewall(id));
            }
        });
        api.MapPut("/firewalls/{id:long}", async (long id, HttpContext context, HetznerProject project) =>
        {
            var change = await HetznerRequest.ReadAsync(context, HetznerJson.Wire.UpdateNamed);
            LabelRules.Check(change.Labels);
            lock (project.Gate)
            {
                var firewall = project.Firewall(id);
                CheckUnique(project, change.Name, id);
                firewall.Name = change.Name is null ? firewall.Name : CheckName(change.Name);
                firewall.Labels = change.Labels ?? firewall.Labels;
                return Answer(project, firewall);
            }
        });
        api.MapDelete("/firewalls/{id:long}", (long id, HetznerProject project) =>
        {
            lock (project.Gate)
            {
                var firewall = project.Firewall(id);
                if (firewall.Servers.Count + firewall.Selectors.Count > 0)
                {
                    throw new HetznerFault(422, "resource_in_use", $"firewall with ID {id} is still in use");
                }

                project.Firewalls.Remove(id);
                return TypedResults.NoContent();
            }
        });
        var actions = api.MapGroup("/firewalls/{id:long}/actions");
        actions.MapPost("/set_rules", async (long id, HttpContext context, HetznerProject project, FirewallAssignment assignment) =>
        {
            var rules = FirewallRules.Check((await HetznerRequest.ReadAsync(context, HetznerJson.Wire.SetRules)).Rules
                ?? throw HetznerFault.InvalidField("rules", "Missing data for required field."));
            lock (project.Gate)
            {
                var firewall = project.Firewall(id);
                firewall.Rules = rules;
                var set = project.FinishAction(project.BeginAction("set_firewall_rules", new ActionResource(id, "firewall")).Id);
                return Actions([set, .. assignment.Reapply(firewall)]);
            }
        });
        actions.MapPost("/apply_to_resources", async (long id, HttpContext context, HetznerProject project, FirewallAssignment assignment) =>
        {
            var targets = (await HetznerRequest.ReadAsync(context, HetznerJson.Wire.FirewallTargets)).ApplyTo
                ?? throw HetznerFault.InvalidField("apply_to", "Missing data for required field.");
            lock (project.Gate)
            {
                return Actions(assignment.Add(project.Firewall(id), targets));
            }
        });
        actions.MapPost("/remove_from_resources", async (long id, HttpContext context, HetznerProject project, FirewallAssignment assignment) =>
        {
            var targets = (await HetznerRequest.ReadAsync(context, HetznerJson.Wire.FirewallTargets)).RemoveFrom
                ?? throw HetznerFault.InvalidField("remove_from", "Missing data for required field.");
            lock (project.Gate)
            {
                return Actions(assignment.Remove(project.Firewall(id), targets));
            }
        });
    }

    private static async Task<IResult> CreateAsync(HttpContext context, HetznerProject project, FirewallAssignment assignment)
    {
        var request = await HetznerRequest.ReadAsync(context, HetznerJson.Wire.CreateFirewall);
        LabelRules.Check(request.Labels);
        var name = CheckName(request.Name);
        var rules = FirewallRules.Check(request.Rules);
        lock (project.Gate)
        {
            CheckUnique(project, name, except: null);
            var firewall = new Firewall
            {
                Id = project.NextId(),
                Name = name,
                Created = project.Now,
                Labels = request.Labels ?? [],
                Rules = rules,
            };
            var applied = assignment.Add(firewall, request.ApplyTo ?? []);
            project.Firewalls.Add(firewall.Id, firewall);
            var set = project.FinishAction(project.BeginAction("set_firewall_rules", new ActionResource(firewall.Id, "firewall")).Id);
            return TypedResults.Json(
                new CreateFirewallAnswer(firewall.View(project), [set, .. applied]), HetznerJson.Wire.CreateFirewallAnswer, statusCode: 201);
        }
    }

    private static string CheckName(string? name) => name is { Length: > 0 and <= 128 }
        ? name
        : throw HetznerFault.InvalidField("name", "Length must be between 1 and 128.");

    private static void CheckUnique(HetznerProject project, string? name, long? except)
    {
        if (project.Firewalls.Values.Any(f => f.Id != except && f.Name == name))
        {
            throw HetznerFault.NotUnique("name is already used", "name");
        }
    }

    private static IResult Answer(HetznerProject project, Firewall firewall) =>
        TypedResults.Json(new FirewallAnswer(firewall.View(project)), HetznerJson.Wire.FirewallAnswer);

    private static IResult Actions(IReadOnlyList<HetznerAction> actions) =>
        TypedResults.Json(new ActionsAnswer(actions, Meta: null), HetznerJson.Wire.ActionsAnswer, statusCode: 201);
}
