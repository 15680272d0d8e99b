using Microsoft.AspNetCore.Http.HttpResults;
using Slipway.Blueprints;
using Slipway.Client;
using Slipway.Server.Access;

namespace Slipway.Server.Blueprints;

internal static class BlueprintEndpoints
{
    public static void MapBlueprints(this IEndpointRouteBuilder routes)
    {
        var blueprints = routes.MapGroup("/blueprints").WithTags("blueprints").RequireScope(Scopes.Read);
        blueprints.MapGet("/", (BlueprintCatalog catalog) => TypedResults.Ok(new BlueprintList([.. catalog.All.Select(Of)])));
        blueprints.MapGet("/{name}", Get);
        blueprints.MapPost("/validate", Validate).WithMetadata(new NotAudited("looks at a text and keeps nothing"));
    }

    private static Results<Ok<BlueprintResource>, ProblemHttpResult> Get(string name, BlueprintCatalog catalog) =>
        catalog.Names.Contains(name) && catalog.Get(name) is var blueprint
            ? TypedResults.Ok(Of(blueprint) with { Yaml = blueprint.Yaml })
            : Problems.NotFound("blueprint", name);

    private static Ok<BlueprintValidation> Validate(ValidateBlueprintRequest request)
    {
        try
        {
            BlueprintParser.Parse(request.Yaml, request.FileName);
            return TypedResults.Ok(new BlueprintValidation([]));
        }
        catch (BlueprintException e)
        {
            return TypedResults.Ok(new BlueprintValidation([.. e.Problems.Select(p => new BlueprintProblemResource(p.Line, p.Column, p.Message))]));
        }
    }

    private static BlueprintResource Of(Blueprint blueprint) => new()
    {
        Name = blueprint.Name,
        Description = blueprint.Description,
        ServerType = blueprint.Machine.ServerType,
        Image = blueprint.Machine.Image,
        Locations = blueprint.Machine.Locations,
        Secrets = [.. blueprint.Secrets.Select(s => new Client.BlueprintSecret(s.Name, s.Description, s.Required, s.Pattern?.ToString()))],
        Tailscale = blueprint.Tailscale.Enabled,
        Digest = blueprint.Digest,
    };
}
