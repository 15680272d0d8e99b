using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Slipway.Machines.Workflows;
using Slipway.Secrets;

namespace Slipway.Simulations;

/// <summary>What can happen to a run at one of its places.</summary>
internal enum RunTrouble
{
    None,

    /// <summary>The runner's machine is lost; GitHub calls the run alive for ever.</summary>
    Silent,

    /// <summary>The run is over, and GitHub says so.</summary>
    Cancelled,

    /// <summary>The answer to what it asked is lost; the server is told anew, a cloud is not.</summary>
    LoseAnswer,

    /// <summary>The very same report arrives a second time.</summary>
    Replay,
}

/// <summary>GitHub's runners: each run that is dispatched is played, some time later, as the shipped workflow does it.</summary>
internal sealed class WorldRunner(World world)
{
    private const int Attempts = 6;
    private static readonly TimeSpan JoinLimit = TimeSpan.FromMinutes(8);
    private readonly HashSet<long> _begun = [];
    private readonly HashSet<long> _asking = [];
    private readonly HashSet<long> _cancelled = [];
    private long _lastDelivery;

    /// <summary>What the server, or this runner itself, did that cannot be.</summary>
    public List<string> Broken { get; } = [];

    /// <summary>The places of a run at which something can happen, in order.</summary>
    public static IReadOnlyList<string> Places { get; } = ["claim", "key", "keyed", "create", "created", "join", "running"];

    /// <summary>How long until somebody plays a run.</summary>
    public Func<TimeSpan> Queue { get; set; } = () => TimeSpan.FromSeconds(3);

    /// <summary>Asked at each place.</summary>
    public Func<string, RunTrouble> Fate { get; set; } = _ => RunTrouble.None;

    public void Commit() => world.Side("POST", "github/workflows", new()
    {
        ["repository"] = Fixtures.Repository,
        ["file"] = Fixtures.Workflow,
        ["run_name"] = WorkflowJob.TitleOf("${{ inputs.job_id }}"),
        ["required_inputs"] = new JsonArray("job_id", "agent_id", "region", "callback_url"),
    });

    public void Dispatched() => world.Clock.CreateTimer(_ => _ = world.Pump.Start(LookAsync), null, Queue(), Timeout.InfiniteTimeSpan);

    /// <summary>A run in the middle of a request ends when that has come back, and GitHub calls it alive until then.</summary>
    public Reply? TakesCancel(Call call)
    {
        if (call.Method != "POST" || call.Address.Segments is not [.., var id, "cancel"] || !_asking.Contains(long.Parse(id.TrimEnd('/'), CultureInfo.InvariantCulture)))
        {
            return null;
        }

        _cancelled.Add(long.Parse(id.TrimEnd('/'), CultureInfo.InvariantCulture));
        return new Reply(202, [], "{}"u8.ToArray());
    }

    private async Task LookAsync()
    {
        foreach (var run in await RunsAsync())
        {
            if ((string)run!["status"]! == "queued" && _begun.Add((long)run["id"]!))
            {
                _ = world.Pump.Start(() => PlayAsync((long)run["id"]!, (string)run["inputs"]!["job_id"]!));
            }
        }
    }

    private async Task PlayAsync(long run, string job)
    {
        try
        {
            await EndAsync(run, "in_progress", null);
            await ProvisionAsync(run, job);
            await EndAsync(run, "completed", "success");
        }
        catch (RunLostException lost)
        {
            world.Note("runner", $"{job}: {lost.Trouble}");
            if (lost.Trouble == RunTrouble.Cancelled)
            {
                await EndAsync(run, "completed", "cancelled");
            }
        }
        catch (Exception e) when (e is HttpRequestException or RunFailedException)
        {
            world.Note("runner", $"{job} failed: {e.Message}");
            await TryTellFailedAsync(run, job, e.Message);
            await EndAsync(run, "completed", "failure");
        }
        catch (Exception e)
        {
            Broken.Add($"the run for {job} broke: {e}");
        }
    }

    private async Task ProvisionAsync(long run, string job)
    {
        var told = (await TellAsync(run, "claim", new RunnerReport("claim", job, run, "", default))).Job!;
        var tailnet = told.Tailnet!;
        var key = await AtAsync(run, "key", () => CreateKeyAsync(tailnet));
        var order = (await TellAsync(
            run, "keyed", new RunnerReport("keyed", job, run, "", default) { AuthKeyId = (string)key["id"]!, AuthKey = new Secret((string)key["key"]!) })).Server!;
        var server = await AtAsync(run, "create", () => CreateServerAsync(order));
        await TellAsync(run, "created", new RunnerReport("created", job, run, "", default) { ServerId = server });
        await AtAsync(run, "join", () => JoinedAsync(run, tailnet.Hostname));
        await TellAsync(run, "running", new RunnerReport("running", job, run, "", default) { ServerId = server });
    }

    /// <summary>Does something that takes effect outside, with what can go wrong before and after.</summary>
    private async Task<T> AtAsync<T>(long run, string place, Func<Task<T>> ask)
    {
        var trouble = Fate(place);
        await MustBeAliveAsync(run);
        if (trouble is RunTrouble.Silent or RunTrouble.Cancelled && world.Random.Next(2) == 0)
        {
            throw new RunLostException(trouble);
        }

        _asking.Add(run);
        try
        {
            world.Note("runner", trouble == RunTrouble.None ? place : $"{place} [{trouble}]");
            var answer = await ask();
            return trouble switch
            {
                RunTrouble.LoseAnswer => throw new HttpRequestException(HttpRequestError.ResponseEnded, "The answer was lost."),
                RunTrouble.Silent or RunTrouble.Cancelled => throw new RunLostException(trouble),
                _ => answer,
            };
        }
        finally
        {
            _asking.Remove(run);
        }
    }

    private async Task<(RunnerReportOutcome Outcome, RunnerJob? Job, RunnerServer? Server)> TellAsync(long run, string place, RunnerReport report)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var trouble = RunTrouble.None;
                var signed = report with { Delivery = string.Create(CultureInfo.InvariantCulture, $"delivery-{++_lastDelivery:000000000}"), SentAt = world.Clock.Now };
                var taken = await AtAsync(run, place, async () =>
                {
                    trouble = Fate("again");
                    return await ReportAsync(signed);
                });
                if (trouble == RunTrouble.Replay && (await ReportAsync(signed)).Outcome != RunnerReportOutcome.Replayed)
                {
                    Broken.Add($"the report '{report.Status}' for {report.JobId} counted twice");
                }

                return taken.Outcome == RunnerReportOutcome.Taken ? taken : throw new RunFailedException($"The server answered '{report.Status}' with {taken.Outcome}.");
            }
            catch (HttpRequestException) when (attempt < Attempts)
            {
                await Task.Delay(TimeSpan.FromSeconds(attempt), world.Clock);
            }
        }
    }

    private async Task<(RunnerReportOutcome Outcome, RunnerJob? Job, RunnerServer? Server)> ReportAsync(RunnerReport report)
    {
        if (world.AnyNode() is not { } node)
        {
            throw new HttpRequestException(HttpRequestError.ConnectionError, "No node answers.");
        }

        try
        {
            return await node.CallAsync(() => node.TakeReportAsync(report));
        }
        catch (Exception e)
        {
            // The connection broke, or it was a 500.
            throw new HttpRequestException(HttpRequestError.ResponseEnded, e.Message);
        }
    }

    private async Task TryTellFailedAsync(long run, string job, string error)
    {
        try
        {
            await ReportAsync(new RunnerReport("failed", job, run, string.Create(CultureInfo.InvariantCulture, $"delivery-{++_lastDelivery:000000000}"), world.Clock.Now)
            {
                FailedStep = "a step",
                Error = error,
            });
        }
        catch (HttpRequestException)
        {
            // The run fails all the same.
        }
    }

    private async Task<JsonNode> CreateKeyAsync(RunnerTailnet tailnet)
    {
        var login = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("local-client:" + Fixtures.TailscaleSecret));
        var token = await AskAsync("POST", "api/v2/oauth/token", login, "application/x-www-form-urlencoded", Encoding.UTF8.GetBytes("grant_type=client_credentials"));
        var key = await AskAsync("POST", "api/v2/tailnet/-/keys", "Bearer " + token["access_token"], "application/json", Json.Bytes(new JsonObject
        {
            ["description"] = tailnet.KeyDescription,
            ["expirySeconds"] = 900,
            ["capabilities"] = new JsonObject
            {
                ["devices"] = new JsonObject
                {
                    ["create"] = new JsonObject { ["reusable"] = false, ["ephemeral"] = tailnet.Ephemeral, ["preauthorized"] = true, ["tags"] = new JsonArray(tailnet.Tag) },
                },
            },
        }));
        world.Log.Secrets.Add((string)key["key"]!);
        return key;
    }

    private async Task<long> CreateServerAsync(RunnerServer order)
    {
        var labels = new JsonObject();
        foreach (var (name, value) in order.Labels)
        {
            labels[name] = value;
        }

        var made = await AskAsync("POST", "v1/servers", "Bearer " + Fixtures.HetznerToken, "application/json", Json.Bytes(new JsonObject
        {
            ["name"] = order.Name,
            ["server_type"] = order.ServerType,
            ["image"] = order.Image,
            ["location"] = order.Locations[0],
            ["labels"] = labels,
            ["firewalls"] = new JsonArray([.. order.Firewalls.Select(f => (JsonNode)new JsonObject { ["firewall"] = f })]),
            ["user_data"] = order.UserData,
        }));
        return (long)made["server"]!["id"]!;
    }

    private async Task<bool> JoinedAsync(long run, string hostname)
    {
        for (var until = world.Clock.Now + JoinLimit; world.Clock.Now < until; await Task.Delay(TimeSpan.FromSeconds(5), world.Clock))
        {
            await MustBeAliveAsync(run);
            var names = (await AskAsync("GET", "_local/inventory", "", "application/json", []))["devices"]!["names"]!.AsArray();
            if (names.Any(n => ((string)n!).StartsWith(hostname, StringComparison.Ordinal)))
            {
                return true;
            }
        }

        throw new RunFailedException($"'{hostname}' did not join.");
    }

    private async Task MustBeAliveAsync(long run)
    {
        if (_cancelled.Contains(run) || (await RunsAsync()).Any(r => (long)r!["id"]! == run && (string)r["status"]! == "completed"))
        {
            throw new RunLostException(RunTrouble.Cancelled);
        }
    }

    private async Task<JsonArray> RunsAsync() => (await AskAsync("GET", "_local/github/runs", "", "application/json", []))["runs"]!.AsArray();

    private async Task EndAsync(long run, string status, string? conclusion)
    {
        if ((await RunsAsync()).Any(r => (long)r!["id"]! == run && (string)r["status"]! != "completed"))
        {
            await AskAsync("POST", string.Create(CultureInfo.InvariantCulture, $"_local/github/runs/{run}"), "", "application/json", Json.Bytes(new JsonObject { ["status"] = status, ["conclusion"] = conclusion }));
        }
    }

    private async Task<JsonNode> AskAsync(string method, string path, string authorization, string type, byte[] body)
    {
        List<KeyValuePair<string, string>> headers = [new("Content-Type", type)];
        if (authorization.Length > 0)
        {
            headers.Add(new("Authorization", authorization));
        }

        var reply = await world.Cloud.SendAsync(new Call(method, new Uri("http://127.0.0.1:8700/" + path), headers, body));
        return reply.Status < 300 && reply.Body.Length > 0 && TryParse(reply.Body) is { } answer ? answer
            : reply.Status < 300 && reply.Body.Length == 0 ? new JsonObject()
            : throw new HttpRequestException($"{method} {path}: {reply.Status}");
    }

    private static JsonNode? TryParse(byte[] body)
    {
        try
        {
            return Json.Parse(body);
        }
        catch (System.Text.Json.JsonException)
        {
            return null;
        }
    }

    private sealed class RunLostException(RunTrouble trouble) : Exception
    {
        public RunTrouble Trouble => trouble;
    }

    private sealed class RunFailedException(string why) : Exception(why);
}
