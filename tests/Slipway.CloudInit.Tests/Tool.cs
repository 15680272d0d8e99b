using System.Diagnostics;

namespace Slipway.CloudInit.Tests;

/// <summary>Runs a program of the distribution and waits for it; cloud-init itself reads YAML with the same Python library.</summary>
internal static class Tool
{
    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(
        string program, IEnumerable<string> arguments, string input = "", IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await error);
    }

    /// <summary>The document as cloud-init reads it, as JSON.</summary>
    public static async Task<System.Text.Json.JsonElement> ParseYamlAsync(string yaml)
    {
        var (exitCode, output, error) = await RunAsync("python3", ["-c", "import json, sys, yaml; json.dump(yaml.safe_load(sys.stdin.buffer), sys.stdout)"], yaml);
        exitCode.ShouldBe(0, $"{error}\n{yaml}");
        return System.Text.Json.JsonDocument.Parse(output).RootElement;
    }
}
