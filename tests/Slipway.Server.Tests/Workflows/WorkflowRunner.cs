using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Slipway.Server.Tests.Support;
using Slipway.Testing;

namespace Slipway.Server.Tests.Workflows;

/// <summary>How a run comes to a sudden end.</summary>
internal enum Death
{
    /// <summary>The runner's machine is lost and GitHub never hears of it again: the run looks alive for ever.</summary>
    Silent,

    /// <summary>The runner's machine is lost, and GitHub says that the run was cancelled.</summary>
    Cancelled,

    /// <summary>Somebody pressed Cancel: the process is interrupted, and the step for that case runs.</summary>
    Interrupted,
}

/// <summary>Plays the shipped workflow file for every run that is dispatched: real bash, the real command line, over relays that can strike it down.</summary>
internal sealed class WorkflowRunner : IAsyncDisposable
{
    public const string Repository = "shop/agents";
    public const string CallbackSecret = "planted-callback-secret-0123456789";
    private const string File = "provision-agent.yml";

    private readonly TestSystem _system;
    private readonly Relay _toCloud;
    private readonly TemporaryDirectory _directory = new();
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentQueue<string> _requests = [];
    private readonly Lock _gate = new();
    private Process? _process;
    private Task _work = Task.CompletedTask;
    private Death? _death;
    private volatile bool _isOver;

    private WorkflowRunner(TestSystem system, Relay toCloud) => (_system, _toCloud) = (system, toCloud);

    public static WorkflowFile Shipped { get; } = WorkflowFile.Parse(System.IO.File.ReadAllText(Path.Combine(SourceTree.Root, "deploy", "github", File)));

    /// <summary>What the run asked for, in order, e.g. <c>POST /v1/servers</c>.</summary>
    public IReadOnlyList<string> Requests => [.. _requests];

    /// <summary>The job's outputs once it ended well.</summary>
    public Dictionary<string, string> Outputs { get; } = new(StringComparer.Ordinal);

    public ConcurrentQueue<string> Log { get; } = [];

    /// <summary>When and how the run dies: asked of every request, before it is passed on or after it was answered.</summary>
    public Func<string, bool, Death?> Strike { get; set; } = (_, _) => null;

    /// <summary>A step that is never begun, because the runner dies of this before it.</summary>
    public Func<WorkflowStep, Death?> StrikeBefore { get; set; } = _ => null;

    public static Dictionary<string, string> Settings => new()
    {
        ["Machines:Executor"] = "github-actions",
        ["GitHub:Repository"] = Repository,
        ["GitHub:Token"] = "local-github-token",
        ["GitHub:CallbackSecrets:0"] = CallbackSecret,
        ["GitHub:PollEvery"] = "00:00:00.500",
    };

    /// <summary>A server whose executor is GitHub, and a runner.</summary>
    public static async Task<(TestSystem System, WorkflowRunner Runner)> StartAsync(bool plays = true, IReadOnlyDictionary<string, string>? settings = null)
    {
        var all = Settings;
        foreach (var (name, value) in settings ?? new Dictionary<string, string>())
        {
            all[name] = value;
        }

        var system = await TestSystem.StartAsync(all);
        system.Set("GitHub:BaseUrl", new Uri(system.ToCloud.Address, "github/").ToString());
        system.Set("GitHub:Issuer", new Uri(system.Cloud.Address, "github/oidc").ToString());
        await system.StopServerAsync();
        await system.StartServerAsync();
        await system.Cloud.CommitWorkflowAsync(Repository, File, Shipped.RunName, Shipped.Inputs);
        var runner = new WorkflowRunner(system, await Relay.StartAsync());
        runner._toCloud.Target = system.Cloud.Address;
        foreach (var relay in (Relay[])[runner._toCloud, system.ToServer])
        {
            relay.Loses = request => runner.Sees(request, answered: false);
            relay.HoldsAnswer = request =>
            {
                runner.Sees(request, answered: true);
                return Task.CompletedTask;
            };
        }

        if (plays)
        {
            runner.Play();
        }

        return (system, runner);
    }

    public void Play() => _work = Task.Run(WorkAsync);

    /// <summary>Until every run that was dispatched was played, or died.</summary>
    public Task FinishedAsync() => Eventually.SoAsync(() => _isOver, "the run is over");

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        Kill(_process);
        await _work;
        await _toCloud.DisposeAsync();
        await _system.DisposeAsync();
        _directory.Dispose();
        _end.Dispose();
    }

    private bool Sees(HttpRequest request, bool answered)
    {
        var path = request.Path.ToString();
        if (path.StartsWith("/callbacks/", StringComparison.Ordinal) && path != "/callbacks/github")
        {
            return false;
        }

        var line = $"{request.Method} {path}";
        if (!answered)
        {
            _requests.Enqueue(line);
        }

        var place = path == "/callbacks/github" ? $"{line} {_requests.Count(r => r == line)}" : line;
        if (_death is not null || Strike(place, answered) is not { } death)
        {
            return _death is Death.Silent or Death.Cancelled;
        }

        _death = death;
        if (death == Death.Interrupted)
        {
            Interrupt(_process);
            return false;
        }

        Kill(_process);
        return true;
    }

    private async Task WorkAsync()
    {
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        var played = new HashSet<long>();
        try
        {
            while (await pause.WaitForNextTickAsync(_end.Token))
            {
                foreach (var run in (await _system.Cloud.RunsAsync()).Where(r => (string)r!["status"]! == "queued" && played.Add((long)r["id"]!)))
                {
                    await RunAsync(run!, run!["inputs"]!.AsObject().ToDictionary(i => i.Key, i => (string)i.Value!, StringComparer.Ordinal));
                    _isOver = true;
                }
            }
        }
        catch (Exception e) when (_end.IsCancellationRequested && e is OperationCanceledException or HttpRequestException or InvalidOperationException)
        {
            // The test is over.
        }
    }

    private async Task RunAsync(JsonNode view, Dictionary<string, string> inputs)
    {
        var run = (long)view["id"]!;
        await _system.Cloud.SetRunAsync(run, "in_progress");
        var outputs = new Dictionary<string, string>(StringComparer.Ordinal);
        var searchPath = $"{CommandLine}:{Environment.GetEnvironmentVariable("PATH")}";
        var isTroubled = false;
        foreach (var step in Shipped.Steps)
        {
            _death ??= StrikeBefore(step);
            if (_death is Death.Silent)
            {
                return;
            }

            if (_death is Death.Cancelled)
            {
                break;
            }

            isTroubled |= _death is Death.Interrupted;
            if (step.OnlyAfterTrouble == isTroubled)
            {
                isTroubled |= !await PlayAsync(step, view, inputs, outputs, searchPath);
            }
        }

        if (_death is Death.Silent)
        {
            return;
        }

        foreach (var (name, expression) in Shipped.Outputs.Where(_ => !isTroubled && _death is null))
        {
            Outputs[name] = WorkflowFile.Evaluate(expression, what => outputs[what]);
        }

        if ((await _system.Cloud.RunsAsync()).Any(r => (long)r!["id"]! == run && (string)r["status"]! != "completed"))
        {
            await _system.Cloud.SetRunAsync(run, "completed", _death is not null ? "cancelled" : isTroubled ? "failure" : "success");
        }
    }

    private async Task<bool> PlayAsync(
        WorkflowStep step, JsonNode view, Dictionary<string, string> inputs, Dictionary<string, string> outputs, string searchPath)
    {
        var (script, output, path) = (_directory.File("step.sh"), _directory.File("output"), _directory.File("path"));
        await System.IO.File.WriteAllTextAsync(script, step.Script);
        await System.IO.File.WriteAllTextAsync(output, "");
        var start = new ProcessStartInfo("env", ["--default-signal=INT", "bash", "-e", script]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.Environment.Clear();
        foreach (var (name, value) in new Dictionary<string, string?>
        {
            ["PATH"] = searchPath,
            ["HOME"] = _directory.Path,
            ["DOTNET_ROOT"] = Environment.GetEnvironmentVariable("DOTNET_ROOT"),
            ["GITHUB_RUN_ID"] = view["id"]!.ToString(),
            // What 'id-token: write' gives a step.
            ["ACTIONS_ID_TOKEN_REQUEST_URL"] = new Uri(_system.Cloud.Address, (string)view["id_token_path"]! + "?api-version=2.0").ToString(),
            ["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] = (string)view["id_token_request_token"]!,
            ["GITHUB_OUTPUT"] = output,
            ["GITHUB_PATH"] = path,
            ["RUNNER_TEMP"] = _directory.Path,
            ["HETZNER_API_URL"] = new Uri(_toCloud.Address, "v1/").ToString(),
            ["TAILSCALE_API_URL"] = _toCloud.Address.ToString(),
        }.Where(v => v.Value is not null))
        {
            start.Environment[name] = value;
        }

        foreach (var (name, value) in Shipped.Environment.Concat(step.Environment))
        {
            start.Environment[name] = WorkflowFile.Evaluate(value, what => ValueOf(what, inputs));
        }

        using var process = Begin(start);
        var (said, complained) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        lock (_gate)
        {
            _process = null;
        }

        Log.Enqueue($"{step.Name}: {process.ExitCode}\n{await said}{await complained}");
        foreach (var line in await System.IO.File.ReadAllLinesAsync(output))
        {
            outputs[$"steps.{step.Id}.outputs.{line[..line.IndexOf('=', StringComparison.Ordinal)]}"] = line[(line.IndexOf('=', StringComparison.Ordinal) + 1)..];
        }

        return process.ExitCode == 0;
    }

    private Process Begin(ProcessStartInfo start)
    {
        lock (_gate)
        {
            return _process = Process.Start(start)!;
        }
    }

    private static string ValueOf(string what, Dictionary<string, string> inputs) => what switch
    {
        _ when what.StartsWith("inputs.", StringComparison.Ordinal) => inputs[what["inputs.".Length..]],
        "secrets.HETZNER_API_TOKEN" => Cloud.Token,
        "secrets.TAILSCALE_OAUTH_CLIENT_ID" => "local-client",
        "secrets.TAILSCALE_OAUTH_CLIENT_SECRET" => "local-secret",
        "secrets.SLIPWAY_CALLBACK_SECRET" => CallbackSecret,
        _ => throw new InvalidOperationException($"This runner does not know '{what}'."),
    };

    /// <summary>The folder of the command line as it was built for these tests.</summary>
    private static string CommandLine { get; } = Path.Combine(
        AppContext.BaseDirectory, "..", "..", "Slipway.Cli", Path.GetFileName(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar)));

    private void Kill(Process? process)
    {
        lock (_gate)
        {
            if (process is { HasExited: false } && process == _process)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    private void Interrupt(Process? process)
    {
        lock (_gate)
        {
            if (process is { HasExited: false } && process == _process)
            {
                using var interrupt = Process.Start("kill", ["-INT", process.Id.ToString(CultureInfo.InvariantCulture)]);
                interrupt.WaitForExit();
            }
        }
    }
}
