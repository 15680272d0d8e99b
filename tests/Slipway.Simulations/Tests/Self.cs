using System.Diagnostics;

namespace Slipway.Simulations;

/// <summary>This project as a program, in a process of its own: there nobody else uses the thread pool, and a world is the same every time.</summary>
internal static class Self
{
    public static (int ExitCode, string Output) Run(params string[] options)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [typeof(Self).Assembly.Location, .. options])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        // Thousands of short worlds compile a lot: writing code twice to guard it from itself is for those who let strangers in.
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }
}
