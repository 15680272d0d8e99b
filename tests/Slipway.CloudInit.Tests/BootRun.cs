using System.Runtime.Versioning;
using System.Text.RegularExpressions;
using Slipway.Testing;

[assembly: SupportedOSPlatform("linux")]

namespace Slipway.CloudInit.Tests;

/// <summary>Runs a generated boot script in real bash, in a directory of its own, with programs a test arranged first on the PATH.</summary>
internal sealed class BootRun : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public BootRun() => Directory.CreateDirectory(_directory.File("bin"));

    public string LogPath => _directory.File("log/boot.log");

    public string ReportPath => _directory.File("state/boot-report");

    public string File(string name) => _directory.File(name);

    public string Root => _directory.Path;

    /// <summary>The report kept on disk, escapes undone.</summary>
    public IReadOnlyDictionary<string, string> KeptReport => System.IO.File.ReadAllLines(ReportPath).Select(l => l.Split('=', 2))
        .ToDictionary(p => p[0], p => Regex.Replace(p[1], @"\\.", m => m.Value == @"\n" ? "\n" : m.Value[1..], RegexOptions.None, TimeSpan.FromSeconds(1)));

    /// <summary>Puts a program of bash text on the PATH in place of the real one.</summary>
    public void Program(string name, string script)
    {
        var path = _directory.File($"bin/{name}");
        System.IO.File.WriteAllText(path, $"#!/bin/bash\n{script}\n");
        System.IO.File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public BootScript Script(Uri reportUrl, params BootPhase[] phases) => new()
    {
        ReportUrl = reportUrl,
        Phases = phases,
        LogPath = LogPath,
        ReportPath = ReportPath,
        ReportRetries = 0,
    };

    public Task<(int ExitCode, string Output, string Error)> RunAsync(Uri reportUrl, params BootPhase[] phases) =>
        RunAsync(Script(reportUrl, phases).ToBash());

    public async Task<(int ExitCode, string Output, string Error)> RunAsync(string bash)
    {
        await System.IO.File.WriteAllTextAsync(_directory.File("boot.sh"), bash);
        return await Tool.RunAsync(
            "bash",
            [_directory.File("boot.sh")],
            environment: new Dictionary<string, string> { ["PATH"] = $"{_directory.File("bin")}:{Environment.GetEnvironmentVariable("PATH")}" });
    }

    public void Dispose() => _directory.Dispose();
}
