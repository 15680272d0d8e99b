using System.Diagnostics;

namespace Slipway.EndToEnd.Agents;

/// <summary>A real machine seen from inside, as root, past everything of ours: through the namespaces of its first process.</summary>
internal sealed class RealMachine(string name)
{
    /// <summary>Runs bash in the machine and returns what it printed; a script that fails fails the test.</summary>
    public async Task<string> RunAsync(string script)
    {
        var (code, output, errors) = await TryAsync(script);
        code.ShouldBe(0, $"{script}\n{output}\n{errors}");
        return output;
    }

    public async Task<(int Code, string Output, string Errors)> TryAsync(string script)
    {
        using var process = Process.Start(new ProcessStartInfo(
            "nsenter", ["--target", $"{FirstProcess()}", "--mount", "--uts", "--ipc", "--net", "--pid", "--", "/usr/bin/env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "/bin/bash", "-c", script])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, (await output).TrimEnd('\n'), (await errors).TrimEnd('\n'));
    }

    /// <summary>Tries until the script succeeds: for what happens in the machine by itself.</summary>
    public async Task EventuallyAsync(string script, int seconds = 60)
    {
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        var since = Stopwatch.GetTimestamp();
        (int Code, string Output, string Errors) last = default;
        while (Stopwatch.GetElapsedTime(since) < TimeSpan.FromSeconds(seconds))
        {
            try
            {
                last = await TryAsync(script);
            }
            catch (InvalidOperationException)
            {
                // Between two boots there is no first process.
            }

            if (last is { Code: 0, Output: not null })
            {
                return;
            }

            await pause.WaitForNextTickAsync();
        }

        throw new InvalidOperationException($"Not within {seconds} s: {script}\n{last.Output}\n{last.Errors}");
    }

    private int FirstProcess()
    {
        foreach (var directory in Directory.GetDirectories("/proc").Where(d => char.IsAsciiDigit(Path.GetFileName(d)[0])))
        {
            try
            {
                var process = Path.GetFileName(directory);
                if (File.ReadAllText($"{directory}/cmdline").StartsWith("systemd-nspawn\0", StringComparison.Ordinal)
                    && File.ReadAllText($"{directory}/task/{process}/children").Split(' ')[0] is { Length: > 0 } child
                    && File.ReadAllText($"/proc/{child}/root/etc/hostname").Trim() == name)
                {
                    return int.Parse(child, null);
                }
            }
            catch (IOException)
            {
                // It has just ended.
            }
        }

        throw new InvalidOperationException($"No container of this computer is machine '{name}'.");
    }
}
