using System.Diagnostics;
using System.Net.Http.Json;
using System.Text;
using System.Text.RegularExpressions;

namespace Slipway.Judges.Tests.Support;

/// <summary>
/// <c>slipway-local</c> as it is shipped, a process of its own: judged is the program, not the model in a test's host, whose runtime
/// settings are others.
/// </summary>
internal sealed partial class LocalCloudProcess : IAsyncDisposable
{
    public const string Token = "local-hetzner-token";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private readonly StringBuilder _output = new();
    private readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Process _process;

    private LocalCloudProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Hear(line.Data);
        process.ErrorDataReceived += (_, line) => Hear(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>With a trailing slash.</summary>
    public Uri BaseUrl { get; private set; } = null!;

    /// <summary>What a client is told as its endpoint.</summary>
    public string Endpoint => $"{BaseUrl}v1";

    /// <summary>The shipped program, beside these tests.</summary>
    public static string Path { get; } = System.IO.Path.Combine(AppContext.BaseDirectory, "slipway-local.dll");

    /// <summary>A cloud with quick machines and nothing in it.</summary>
    /// <param name="options">On top of, or instead of, the judges' own: name and value in turn.</param>
    public static async Task<LocalCloudProcess> StartAsync(params string[] options)
    {
        string[] usual = ["--urls", "http://127.0.0.1:0", "--create-time", "50", "--start-time", "20", "--boot-time", "20", "--rate-limit", "1000000"];
        var start = new ProcessStartInfo("dotnet", [Path, .. usual, .. options])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        var cloud = new LocalCloudProcess(new Process { StartInfo = start });
        try
        {
            var ended = cloud._process.WaitForExitAsync();
            await Task.WhenAny(cloud._address.Task, ended).WaitAsync(Limit);
            cloud._address.Task.IsCompleted.ShouldBeTrue($"slipway-local ended: {cloud.Output}");
            cloud.BaseUrl = await cloud._address.Task;
            return cloud;
        }
        catch
        {
            await cloud.DisposeAsync();
            throw;
        }
    }

    /// <summary>What it printed: nothing but its address, unless something in it broke.</summary>
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

    /// <summary>Tells the side channel something.</summary>
    public async Task TellAsync(string path, object body)
    {
        using var http = new HttpClient { BaseAddress = BaseUrl };
        using var answer = await http.PostAsJsonAsync(new Uri($"_local/{path}", UriKind.Relative), body);
        answer.IsSuccessStatusCode.ShouldBeTrue(await answer.Content.ReadAsStringAsync());
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            // Politely, so that real machines are taken away.
            using var kill = Process.Start("/bin/kill", ["-TERM", $"{_process.Id}"]);
            await kill.WaitForExitAsync();
            try
            {
                await _process.WaitForExitAsync().WaitAsync(Limit);
            }
            catch (TimeoutException)
            {
                _process.Kill();
            }
        }

        _process.Dispose();
    }

    private void Hear(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_output)
        {
            _output.AppendLine(line);
        }

        if (Address().Match(line) is { Success: true } told)
        {
            _address.TrySetResult(new Uri(told.Groups["url"].Value));
        }
    }

    [GeneratedRegex(@"^LocalCloud is at (?<url>\S+);", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Address();
}
