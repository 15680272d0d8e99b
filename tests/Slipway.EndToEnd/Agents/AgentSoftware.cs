using Slipway.Tests.Payments;

namespace Slipway.EndToEnd.Agents;

/// <summary>The real programs agents are made of, as npm packages from the registry this computer is set up for; installed once, under <c>artifacts/</c>.</summary>
internal static class AgentSoftware
{
    private static readonly string[] Packages = ["@oven/bun-linux-x64@1.4.5", "@anthropic-ai/claude-code-linux-x64@2.1.330"];
    private static readonly string Root = Path.Combine(NodePackages.RepositoryRoot, "artifacts", "npm", "agents");
    private static readonly Lock Installing = new();

    public static string Bun => Installed("@oven/bun-linux-x64/bin/bun");

    public static string Claude => Installed("@anthropic-ai/claude-code-linux-x64/claude");

    private static string Installed(string path)
    {
        lock (Installing)
        {
            var complete = Path.Combine(Root, ".complete");
            var wanted = string.Join('\n', Packages);
            if (!File.Exists(complete) || File.ReadAllText(complete) != wanted)
            {
                Directory.CreateDirectory(Root);
                NodePackages.Execute("npm", Root, ["install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", Root, .. Packages], "");
                File.WriteAllText(complete, wanted);
            }
        }

        return Path.Combine(Root, "node_modules", path);
    }
}
