using Slipway.LocalCloud.GitHub;

namespace Slipway.LocalCloud.SideChannel;

/// <summary>What is committed to a repository, and the runner that does what a workflow says.</summary>
internal static class GitHubSideChannel
{
    public static void MapGitHubSideChannel(this IEndpointRouteBuilder local)
    {
        var github = local.MapGroup("/github");
        github.MapPost("/workflows", async (HttpContext context, Actions actions) =>
        {
            var file = await SideChannelFault.ReadAsync(context, GitHubJson.Wire.DeclareWorkflow);
            if (file.Repository?.Split('/') is not [{ Length: > 0 }, { Length: > 0 }] || string.IsNullOrEmpty(file.File))
            {
                throw new SideChannelFault(400, "give repository, e.g. shop/agents, and file, e.g. provision.yml");
            }

            actions.Declare(file);
            return TypedResults.NoContent();
        });
        github.MapGet("/runs", (Actions actions, RunTokens tokens) => TypedResults.Json(
            new RunnersView(actions.Runs.Select(r => new RunnerView(
                r.Id, r.Workflow.Repository, r.Workflow.File, r.Ref, r.Inputs, r.Status, r.Conclusion, RunTokens.PathOf(r.Id), tokens.RequestTokenOf(r.Id))).ToList()),
            GitHubJson.Wire.RunnersView));
        github.MapPost("/runs/{id:long}", async (long id, HttpContext context, Actions actions) =>
        {
            var wanted = await SideChannelFault.ReadAsync(context, GitHubJson.Wire.PlayRun);
            actions.Set(id, wanted.Status ?? "", wanted.Conclusion);
            return TypedResults.NoContent();
        });
    }
}
