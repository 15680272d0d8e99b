using System.Diagnostics;

namespace Slipway.Judges.Tests.Support;

/// <summary>Runs somebody else's program to its end, or kills it.</summary>
internal static class ForeignProgram
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <param name="name">A program on the path, or where it is.</param>
    /// <param name="arguments">Passed as they are; there is no shell.</param>
    /// <param name="directory">Where it runs.</param>
    /// <param name="environment">What it is told besides the path: nothing of this computer's settings gets in.</param>
    public static async Task<ProgramResult> RunAsync(
        string name, IEnumerable<string> arguments, string directory, IEnumerable<KeyValuePair<string, string>> environment)
    {
        var start = new ProcessStartInfo(name, arguments)
        {
            WorkingDirectory = directory,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var path = start.Environment["PATH"];
        start.Environment.Clear();
        start.Environment["PATH"] = path;
        start.Environment["HOME"] = directory;
        start.Environment["LC_ALL"] = "C.UTF-8";
        start.Environment["TZ"] = "UTC";
        foreach (var (variable, value) in environment)
        {
            start.Environment[variable] = value;
        }

        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException late)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            throw new TimeoutException($"{name} did not end within {Limit}. It said:\n{await output}\n{await errors}", late);
        }

        return new ProgramResult(process.ExitCode, await output, await errors);
    }
}

internal sealed record ProgramResult(int ExitCode, string Output, string Errors);
