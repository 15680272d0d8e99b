using System.Diagnostics;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace Slipway.LocalCloud.Tests.State;

/// <summary>The real <c>slipway-local</c>, to be ended the hard way or the orderly one.</summary>
internal sealed class CloudProcess : IAsyncDisposable
{
    private readonly Process _process;

    private CloudProcess(Process process, Uri url)
    {
        _process = process;
        Http = new HttpClient { BaseAddress = url, Timeout = TimeSpan.FromMinutes(2) };
        Http.DefaultRequestHeaders.Authorization = new("Bearer", "local-hetzner-token");
    }

    public HttpClient Http { get; }

    public static async Task<CloudProcess> StartAsync(params string[] arguments)
    {
        var process = Run(arguments);
        var line = await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(5))
            ?? throw new InvalidOperationException($"It ended: {await process.StandardError.ReadToEndAsync()}");
        return new CloudProcess(process, new Uri(line.Split(' ')[3].TrimEnd(';')));
    }

    /// <summary>Runs one that is expected to end by itself.</summary>
    public static async Task<(int Code, string Errors)> TryAsync(params string[] arguments)
    {
        using var process = Run(arguments);
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        return (process.ExitCode, await errors);
    }

    public async Task<JsonNode> PostAsync(string path, string json)
    {
        using var answer = await Http.PostAsync(path, new StringContent(json, Encoding.UTF8, "application/json"));
        var text = await answer.Content.ReadAsStringAsync();
        answer.IsSuccessStatusCode.ShouldBeTrue(text);
        return JsonNode.Parse(text)!;
    }

    public async Task<JsonNode> GetAsync(string path) => (await Http.GetFromJsonAsync<JsonNode>(path))!;

    public async Task<JsonNode> UntilAsync(string path, Func<JsonNode, bool> so)
    {
        // Real time only bounds a test that would never end.
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (true)
        {
            var answer = await GetAsync(path);
            if (so(answer))
            {
                return answer;
            }

            patience.IsCancellationRequested.ShouldBeFalse(answer.ToJsonString());
        }
    }

    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>As a service manager ends it.</summary>
    public async Task TerminateAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        await kill.WaitForExitAsync();
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(2));
        _process.ExitCode.ShouldBe(0);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        Http.Dispose();
        _process.Dispose();
    }

    private static Process Run(string[] arguments) => Process.Start(
        new ProcessStartInfo("dotnet", [typeof(LocalCloudHost).Assembly.Location, .. arguments]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
}
