using System.Diagnostics;
using System.Text;

namespace Slipway.EndToEnd;

/// <summary>The demo as a newcomer runs it: a process of its own, in a process group of its own.</summary>
public sealed class DemoProcess : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(8);
    private readonly StringBuilder _output = new();
    private readonly SemaphoreSlim _grew = new(0);
    private readonly Process _process;

    private DemoProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Append(line.Data);
        process.ErrorDataReceived += (_, line) => Append(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public static string Repository { get; } = FindRepository();

    public int Id => _process.Id;

    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    public static DemoProcess Start(params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(Repository, "demo"), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
            WorkingDirectory = Repository,
        };
        start.Environment["NO_COLOR"] = "1";
        return new DemoProcess(new Process { StartInfo = start });
    }

    public async Task<int> WaitAsync()
    {
        using var limit = new CancellationTokenSource(Limit);
        await _process.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    public async Task WaitForAsync(string text)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!Output.Contains(text, StringComparison.Ordinal))
        {
            _process.HasExited.ShouldBeFalse($"the demo ended before it said '{text}':\n{Output}");
            await _grew.WaitAsync(limit.Token);
        }
    }

    public void Signal(string name)
    {
        using var kill = Process.Start("/bin/kill", [$"-{name}", $"{_process.Id}"]);
        kill.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Signal("TERM");
            _process.WaitForExit();
        }

        _process.Dispose();
        _grew.Dispose();
    }

    private static string FindRepository()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Slipway.slnx")))
        {
            directory = directory.Parent;
        }

        return directory?.FullName ?? throw new InvalidOperationException("Slipway.slnx was not found above the tests.");
    }

    private void Append(string? line)
    {
        if (line is not null)
        {
            lock (_output)
            {
                _output.Append(line).Append('\n');
            }
        }

        _grew.Release();
    }
}
