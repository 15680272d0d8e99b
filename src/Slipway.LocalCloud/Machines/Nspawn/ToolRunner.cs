using System.ComponentModel;
using System.Diagnostics;

namespace Slipway.LocalCloud.Machines.Nspawn;

/// <summary>Runs a program of the system to its end, with a time limit and errors one can act on.</summary>
internal sealed class ToolRunner(TimeProvider clock)
{
    private static readonly (string Tool, string Package)[] Needed =
    [
        ("systemd-nspawn", "systemd-container"), ("mmdebstrap", "mmdebstrap"), ("ip", "iproute2"), ("nft", "nftables"),
        ("setpriv", "util-linux"), ("unshare", "util-linux"), ("setsid", "util-linux"), ("nsenter", "util-linux"), ("mount", "mount"), ("rm", "coreutils"),
    ];

    /// <summary>The search path for tools: root's, even when this process was started with a shorter one.</summary>
    public static string SearchPath { get; } =
        string.Join(':', $"{Environment.GetEnvironmentVariable("PATH")}:/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin"
            .Split(':', StringSplitOptions.RemoveEmptyEntries).Distinct());

    public static void RequireRootAndTools()
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
        {
            throw new InvalidOperationException(
                "Real machines need Linux and root (containers, a bridge, overlay mounts). Start as root, or use --machines simulated.");
        }

        var missing = Needed.Where(n => Find(n.Tool) is null).ToList();
        if (missing.Count > 0)
        {
            throw new InvalidOperationException(
                $"Real machines need {string.Join(", ", missing.Select(m => m.Tool))}, not found on this computer. "
                + $"Install with: apt-get install {string.Join(' ', missing.Select(m => m.Package).Distinct())}");
        }
    }

    public async Task<string> RunAsync(
        string tool, IEnumerable<string> arguments, CancellationToken cancellationToken, string input = "", TimeSpan? timeout = null)
    {
        var limit = timeout ?? TimeSpan.FromSeconds(30);
        var start = new ProcessStartInfo(Find(tool) ?? tool, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PATH"] = SearchPath;
        var command = $"{tool} {string.Join(' ', start.ArgumentList)}";
        using var process = Start(start, command);
        using var timer = new CancellationTokenSource(limit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(either.Token);
            var errors = process.StandardError.ReadToEndAsync(either.Token);
            await process.StandardInput.WriteAsync(input.AsMemory(), either.Token);
            process.StandardInput.Close();
            await process.WaitForExitAsync(either.Token);
            return process.ExitCode == 0
                ? await output
                : throw new InvalidOperationException(
                    $"'{command}' failed with exit code {process.ExitCode}: {Tail(await errors)}");
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"'{command}' did not end within {limit.TotalSeconds:0} s and was stopped.", e);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    /// <summary>Deletes a directory tree without ever crossing into a file system mounted below it.</summary>
    public Task RemoveTreeAsync(string path) =>
        RunAsync("rm", ["-rf", "--one-file-system", "--", path], CancellationToken.None, timeout: TimeSpan.FromMinutes(5));

    private static Process Start(ProcessStartInfo start, string command)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new InvalidOperationException($"'{command}' could not be started: {e.Message}.", e);
        }
    }

    private static string? Find(string tool) =>
        SearchPath.Split(':').Select(directory => Path.Combine(directory, tool)).FirstOrDefault(File.Exists);

    private static string Tail(string text) => text.Length <= 2000 ? text.Trim() : $"… {text[^2000..].Trim()}";
}
