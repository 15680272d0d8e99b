using System.Security.Cryptography;
using Slipway.LocalCloud.State;

namespace Slipway.LocalCloud.GitHub;

/// <summary>Every repository's workflows and runs. Nothing runs by itself: the side channel plays the runner.</summary>
internal sealed class Actions(TimeProvider time)
{
    private static readonly string[] Statuses = ["queued", "in_progress", "completed", "waiting", "requested", "pending"];

    private static readonly string[] Conclusions =
        ["success", "failure", "cancelled", "timed_out", "neutral", "skipped", "action_required", "stale", "startup_failure"];

    private readonly Lock _gate = new();
    private readonly List<Workflow> _workflows = [];
    private readonly List<Run> _runs = [];
    private long _lastId = 30_000_000_000;
    private byte[] _runnerKey = RandomNumberGenerator.GetBytes(32);

    public IReadOnlyList<Run> Runs
    {
        get
        {
            lock (_gate)
            {
                return _runs.ToList();
            }
        }
    }

    /// <summary>What runners prove with that a run is theirs is derived from this.</summary>
    public byte[] RunnerKey
    {
        get
        {
            lock (_gate)
            {
                return _runnerKey;
            }
        }
    }

    public GitHubState Keep()
    {
        lock (_gate)
        {
            return new GitHubState(
                _lastId, [.. _workflows], [.. _runs.Select(r => r.Workflow).Distinct().Except(_workflows)], _runs.ConvertAll(RunState.Of), _runnerKey);
        }
    }

    public void Restore(GitHubState state)
    {
        lock (_gate)
        {
            _lastId = state.LastId;
            _workflows.AddRange(state.Workflows);
            var known = state.Workflows.Concat(state.Replaced).ToDictionary(w => w.Id);
            _runs.AddRange(state.Runs.Select(r => r.Restore(known[r.Workflow])));
            _runnerKey = state.RunnerKey ?? _runnerKey;
        }
    }

    public Workflow Declare(DeclareWorkflow file)
    {
        lock (_gate)
        {
            var workflow = new Workflow(
                ++_lastId, file.Repository!, file.File!, file.Name ?? file.File!, file.RunName, [.. file.Inputs ?? [], .. file.RequiredInputs ?? []],
                file.RequiredInputs ?? [], file.Refs ?? ["main"]);
            _workflows.RemoveAll(w => w.Repository == workflow.Repository && w.File == workflow.File);
            _workflows.Add(workflow);
            return workflow;
        }
    }

    public Workflow Workflow(string repository, string idOrFile)
    {
        lock (_gate)
        {
            return _workflows.Find(w => w.Repository == repository && w.IsNamed(idOrFile)) ?? throw GitHubFault.NotFound();
        }
    }

    public Run Dispatch(Workflow workflow, Dispatch dispatch)
    {
        var inputs = workflow.Accept(dispatch);
        lock (_gate)
        {
            var now = time.GetUtcNow();
            var run = new Run(
                ++_lastId, workflow, dispatch.Ref!, inputs, workflow.TitleOf(inputs), _runs.Count(r => r.Workflow == workflow) + 1, "queued", null, now, now);
            _runs.Add(run);
            return run;
        }
    }

    public Run Find(long id, string? repository = null)
    {
        lock (_gate)
        {
            return _runs.Find(r => r.Id == id && (repository is null || r.Workflow.Repository == repository)) ?? throw GitHubFault.NotFound();
        }
    }

    public void Cancel(string repository, long id)
    {
        lock (_gate)
        {
            if (Find(id, repository).Status == "completed")
            {
                throw new GitHubFault(409, "Cannot cancel a workflow run that is completed.");
            }

            Set(id, "completed", "cancelled");
        }
    }

    /// <summary>What the runner makes of a run.</summary>
    public Run Set(long id, string status, string? conclusion)
    {
        if (!Statuses.Contains(status) || (status == "completed") != (conclusion is not null) || (conclusion is not null && !Conclusions.Contains(conclusion)))
        {
            throw new GitHubFault(
                400, $"status is '{status}' and conclusion '{conclusion}'; use one of {string.Join(", ", Statuses)}, and for completed, and only for it, one of {string.Join(", ", Conclusions)}");
        }

        lock (_gate)
        {
            var index = _runs.IndexOf(Find(id));
            return _runs[index] = _runs[index] with { Status = status, Conclusion = conclusion, Updated = time.GetUtcNow() };
        }
    }

    public void Clear()
    {
        lock (_gate)
        {
            _workflows.Clear();
            _runs.Clear();
        }
    }
}

internal sealed record Run(
    long Id, Workflow Workflow, string Ref, IReadOnlyDictionary<string, string> Inputs, string Title, int Number, string Status, string? Conclusion,
    DateTimeOffset Created, DateTimeOffset Updated)
{
    public RunView View(string api)
    {
        var url = $"{api}/repos/{Workflow.Repository}/actions/runs/{Id}";
        return new RunView(
            Id, Workflow.Name, Title, "workflow_dispatch", Ref.Replace("refs/heads/", "", StringComparison.Ordinal), Status, Conclusion, Workflow.Id,
            Workflow.Path, Number, 1, url, $"https://github.com/{Workflow.Repository}/actions/runs/{Id}", Wire(Created), Wire(Updated));
    }

    private static DateTime Wire(DateTimeOffset time) => time.UtcDateTime.AddTicks(-(time.UtcTicks % TimeSpan.TicksPerSecond));
}
