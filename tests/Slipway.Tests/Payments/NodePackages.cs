using System.Diagnostics;

namespace Slipway.Tests.Payments;

/// <summary>Other people's implementations, from npm, as judges of ours. They are installed once, under <c>artifacts/</c>.</summary>
internal static class NodePackages
{
    private static readonly Lock Installing = new();

    public static string RepositoryRoot { get; } = FindRoot();

    /// <summary>Runs a script in which <c>require(package)</c> works, and returns what it prints.</summary>
    public static string Run(string script, string input, params IReadOnlyList<string> packages)
    {
        var directory = Path.Combine(RepositoryRoot, "artifacts", "npm", string.Join('+', packages.DefaultIfEmpty("none")));
        lock (Installing)
        {
            Install(directory, packages);
        }

        return Execute("node", directory, ["-e", script], input);
    }

    /// <summary>Runs a program to its end, which must be a good one, and returns what it prints.</summary>
    public static string Execute(string program, string directory, IEnumerable<string> arguments, string input)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = directory,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.ShouldBe(0, $"{program} failed: {error.GetAwaiter().GetResult()}");
        return output;
    }

    private static void Install(string directory, IReadOnlyList<string> packages)
    {
        var complete = Path.Combine(directory, ".complete");
        Directory.CreateDirectory(directory);
        if (packages.Count > 0 && !File.Exists(complete))
        {
            Execute("npm", directory, ["install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", directory, .. packages], "");
            File.WriteAllText(complete, "");
        }
    }

    private static string FindRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Slipway.slnx")))
        {
            directory = directory.Parent;
        }

        return directory?.FullName ?? throw new InvalidOperationException("These tests run inside the repository: no Slipway.slnx above " + AppContext.BaseDirectory);
    }
}
