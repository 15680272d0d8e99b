namespace Slipway.Blueprints;

/// <summary>Who makes the server of an order: this server itself, or a workflow run at GitHub.</summary>
public static class Executors
{
    public const string InProcess = "in-process";
    public const string GitHubActions = "github-actions";

    public static bool IsKnown(string? name) => name is InProcess or GitHubActions;
}
