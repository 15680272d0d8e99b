using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Slipway.Benchmarks.Orders;

/// <summary>
/// Plays GitHub's runner for what it costs us: for each run that was dispatched it starts the command line as the workflow's step does. What GitHub itself takes, some
/// seconds until a runner is found and its steps are begun, is not in it.
/// </summary>
/// <param name="cloud">LocalCloud.</param>
/// <param name="server">Where reports go; a real run would take the public address.</param>
/// <param name="commandLine">slipway.dll.</param>
public sealed class WorkflowRunner(Uri cloud, Uri server, FileInfo commandLine) : IDisposable
{
    public const string Repository = "shop/agents";
    public const string CallbackSecret = "benchmark-callback-secret-0123456789";

    private static readonly string[] s_inputs = ["job_id", "agent_id", "region", "callback_url"];

    private readonly HttpClient _http = new() { BaseAddress = cloud };

    public async Task CommitAsync(CancellationToken cancellationToken)
    {
        using var committed = await _http.PostAsJsonAsync(
            "_local/github/workflows",
            new JsonObject
            {
                ["repository"] = Repository,
                ["file"] = "provision-agent.yml",
                ["run_name"] = "slipway ${{ inputs.job_id }}",
                ["required_inputs"] = new JsonArray([.. s_inputs.Select(i => (JsonNode)i)]),
            },
            cancellationToken);
        committed.EnsureSuccessStatusCode();
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        var begun = new HashSet<long>();
        while (await pause.WaitForNextTickAsync(cancellationToken))
        {
            var runs = (await _http.GetFromJsonAsync<JsonObject>("_local/github/runs", cancellationToken))!["runs"]!.AsArray();
            foreach (var run in runs.Where(r => (string)r!["status"]! == "queued" && begun.Add((long)r["id"]!)))
            {
                var id = (long)run!["id"]!;
                await SetAsync(id, "in_progress", null, cancellationToken);
                var worked = await ProvisionAsync(id, (string)run["inputs"]!["job_id"]!, cancellationToken);
                await SetAsync(id, "completed", worked ? "success" : "failure", cancellationToken);
            }
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<bool> ProvisionAsync(long run, string job, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(
            "dotnet", [commandLine.FullName, "provision", "--job", job, "--callback-url", new Uri(server, "/callbacks/github").ToString()])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in new Dictionary<string, string>
        {
            ["GITHUB_RUN_ID"] = run.ToString(CultureInfo.InvariantCulture),
            ["GITHUB_CALLBACK_SECRET"] = CallbackSecret,
            ["HETZNER_API_TOKEN"] = "local-hetzner-token",
            ["TAILSCALE_OAUTH_CLIENT_ID"] = "local-client",
            ["TAILSCALE_OAUTH_CLIENT_SECRET"] = "local-secret",
            ["HETZNER_API_URL"] = new Uri(cloud, "v1/").ToString(),
            ["TAILSCALE_API_URL"] = cloud.ToString(),
        })
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var (said, complained) = (process.StandardOutput.ReadToEndAsync(cancellationToken), process.StandardError.ReadToEndAsync(cancellationToken));
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
        {
            await Console.Error.WriteLineAsync(await said + await complained);
        }

        return process.ExitCode == 0;
    }

    private async Task SetAsync(long run, string status, string? conclusion, CancellationToken cancellationToken)
    {
        // A run that the server ended meanwhile stays so.
        using var set = await _http.PostAsJsonAsync($"_local/github/runs/{run}", new JsonObject { ["status"] = status, ["conclusion"] = conclusion }, cancellationToken);
    }
}
