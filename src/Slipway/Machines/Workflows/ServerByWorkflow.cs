using System.Globalization;
using Slipway.Blueprints;
using Slipway.Hetzner;
using Slipway.Operations;
using Slipway.Storage;

namespace Slipway.Machines.Workflows;

/// <summary>
/// What the steps around a server do when a workflow run at GitHub makes it: ask for the run, believe it only what Hetzner confirms, and end it.
/// A dispatch whose answer was lost is looked up and never sent again; if no trace of it is found, its job is closed, so that whoever still comes with it
/// gets nothing, and another takes its place.
/// </summary>
public sealed class ServerByWorkflow(
    WorkflowJobStore jobs, GitHubClient github, GitHubSettings settings, MachinesOptions options, MachineStore machines, BlueprintStore blueprints,
    HetznerClient hetzner, ControlPlane controlPlane, Database database, IdSource ids)
{
    private const int MostJobs = 3;
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(2);

    /// <summary>How much longer than its own limit a run is thought to live when GitHub cannot be asked.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(5);

    internal bool IsConfigured => settings.IsConfigured;

    internal string ExecutorOf(Blueprint blueprint) => blueprint.Executor ?? options.Executor;

    /// <summary>Writes the job's id, which the run will carry, before anybody is asked for a run.</summary>
    internal Task RegisterAsync(Transaction transaction, StepContext context) =>
        jobs.InsertAsync(transaction, new WorkflowJob { Id = ids.Next("job"), OperationId = context.OperationId, Subject = context.Subject });

    /// <summary>Until a server is there that Hetzner knows to be the one that was ordered.</summary>
    internal async Task<StepOutcome> CreateAsync(MachineState state, StepContext context, CancellationToken cancellationToken)
    {
        var job = await jobs.GetAsync(context.OperationId, cancellationToken);
        return job switch
        {
            { Status: WorkflowJobStatus.Failed } => Failed(job),
            { ServerId: { } server } => await BelieveAsync(state, job, await hetzner.Servers.FindAsync(server, cancellationToken), cancellationToken),
            { RunId: { } run } => await WatchAsync(context, run, () => AfterSuccessAsync(state, context, cancellationToken), cancellationToken),
            _ when context.IsFirstAttempt || job.UnsentAttempt == context.Operation.Attempt - 1 => await DispatchAsync(state, context, job, cancellationToken),
            _ => await LookAsync(context, job, cancellationToken),
        };
    }

    /// <summary>Until the run has said that the machine is in the tailnet.</summary>
    internal async Task<StepOutcome> AwaitAsync(MachineState state, StepContext context, CancellationToken cancellationToken)
    {
        var job = await jobs.GetAsync(context.OperationId, cancellationToken);
        return job.Status switch
        {
            WorkflowJobStatus.Failed => Failed(job),
            WorkflowJobStatus.Running => new StepOutcome.Done(state, Text($"run {job.RunId} has seen it")),
            _ => await WatchAsync(
                context,
                job.RunId!.Value,
                () => Task.FromResult<StepOutcome>(new StepOutcome.Done(state, Text($"run {job.RunId} ended well; its last word was lost"))),
                cancellationToken),
        };
    }

    /// <summary>Sees to it that no run makes anything any more.</summary>
    /// <returns>Null when that is so; else what to wait for.</returns>
    internal async Task<StepOutcome?> EndAsync(StepContext context, CancellationToken cancellationToken)
    {
        // Closed first and read then: what a run was told until here is in the row, and it is told no more.
        await database.WriteAsync(transaction => jobs.CloseAsync(transaction, context.OperationId), cancellationToken);
        var job = await jobs.GetAsync(context.OperationId, cancellationToken);
        if (job.RunId is not { } run)
        {
            // Nobody has claimed it, and now nobody can.
            return null;
        }

        try
        {
            if (await github.FindRunAsync(run, cancellationToken) is not { IsCompleted: false } alive)
            {
                return null;
            }

            await github.CancelRunAsync(run, cancellationToken);
            return Mattered(job, context) ? new StepOutcome.Wait(context.Now + LookEvery, Text($"Run {run} is {alive.Status}; it was asked to end.")) : null;
        }
        catch (GitHubException e)
        {
            return Mattered(job, context) ? new StepOutcome.Wait(context.Now + LookEvery, Text($"Whether run {run} has ended is not known. {e.Message}")) : null;
        }
    }

    /// <summary>Whether the run may still create something: it was told what, and its time is not over.</summary>
    private static bool Mattered(WorkflowJob job, StepContext context) =>
        job.OrderedAt is { } ordered && job.ServerId is null && context.Now < ordered + GitHubSettings.RunLimit + Margin;

    private async Task<StepOutcome> DispatchAsync(MachineState state, StepContext context, WorkflowJob job, CancellationToken cancellationToken)
    {
        var machine = await machines.GetAsync(context.Subject, cancellationToken);
        var region = state.Order!.Location ?? (await blueprints.GetAsync(machine.BlueprintDigest, cancellationToken)).Machine.Locations[0];
        // All of these can be read in the run's page: none of them opens anything.
        var inputs = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["job_id"] = job.Id,
            ["agent_id"] = context.Subject,
            ["region"] = region,
            ["callback_url"] = options.Callback().ToString(),
        };
        try
        {
            var run = await github.DispatchAsync(inputs, cancellationToken);
            return new StepOutcome.Wait(context.Now + (run is null ? LookEvery : settings.PollEvery), Text($"The workflow was dispatched for {job.Id}."))
            {
                Also = transaction => WorkflowJobStore.SetSentAsync(transaction, job.Id, run),
            };
        }
        catch (GitHubException e) when (e is { MayHaveHappened: false, RetryAt: { } retryAt })
        {
            return new StepOutcome.Wait(Earlier(retryAt, context.Now + LongestPause), e.Message) { Also = Unsent(job, attempt: 1) };
        }
        catch (GitHubException e) when (!e.MayHaveHappened)
        {
            return e.IsHopeless
                ? new StepOutcome.Fail(e.Message)
                : new StepOutcome.Retry(e.Message) { Also = Unsent(job, context.Operation.Attempt), RefusedCredential = e.IsRefusal ? Failures.GitHubCredential : null };
        }
        catch (GitHubException e)
        {
            return new StepOutcome.Wait(context.Now + LookEvery, $"{e.Message} It may have worked all the same, so the run is looked for.")
            {
                Also = transaction => WorkflowJobStore.SetSentAsync(transaction, job.Id, null),
            };
        }
    }

    /// <summary>A wait begins the step's attempts anew, so the next is the second.</summary>
    private static Func<Transaction, Task> Unsent(WorkflowJob job, int attempt) => transaction => WorkflowJobStore.SetUnsentAsync(transaction, job.Id, attempt);

    private async Task<StepOutcome> LookAsync(StepContext context, WorkflowJob job, CancellationToken cancellationToken)
    {
        var found = await github.FindRunAsync(WorkflowJob.TitleOf(job.Id), job.CreatedAt, cancellationToken);
        if (found is not null)
        {
            return new StepOutcome.Wait(context.Now, Text($"Run {found.Id} is the one of {job.Id}."))
            {
                Also = transaction => WorkflowJobStore.SetSentAsync(transaction, job.Id, found.Id),
            };
        }

        if (context.Now < job.CreatedAt + settings.LookFor)
        {
            return new StepOutcome.Wait(context.Now + LookEvery, $"No run of {job.Id} is listed yet.");
        }

        if (job.Number >= MostJobs)
        {
            return new StepOutcome.Fail($"The workflow was dispatched {MostJobs} times and GitHub shows no run of it. Look at the workflow's page, and whether its 'run-name' is \"slipway ${{{{ inputs.job_id }}}}\".");
        }

        var next = new WorkflowJob { Id = ids.Next("job"), OperationId = job.OperationId, Subject = job.Subject, Number = job.Number + 1, UnsentAttempt = 1 };
        return new StepOutcome.Wait(context.Now, $"There is no trace of {job.Id}: it is closed, and {next.Id} takes its place.")
        {
            Also = async transaction =>
            {
                await jobs.CloseAsync(transaction, job.OperationId);
                await jobs.InsertAsync(transaction, next);
            },
        };
    }

    /// <summary>A run that reports is heard at once; one that does not is asked about.</summary>
    private async Task<StepOutcome> WatchAsync(StepContext context, long run, Func<Task<StepOutcome>> whenWell, CancellationToken cancellationToken)
    {
        try
        {
            var seen = await github.FindRunAsync(run, cancellationToken);
            if (seen is not { IsCompleted: true })
            {
                return new StepOutcome.Wait(context.Now + settings.PollEvery, Text($"Run {run} is {seen?.Status ?? "not listed yet"}."));
            }

            // Its last report may have come while GitHub was asked.
            var job = await jobs.GetAsync(context.OperationId, cancellationToken);
            return job.Status == WorkflowJobStatus.Failed ? Failed(job)
                : seen.Conclusion == "success" ? await whenWell()
                : new StepOutcome.Fail(Text($"Run {run} of the workflow ended with '{seen.Conclusion}' and did not say why: see {seen.HtmlUrl}."));
        }
        catch (GitHubException e)
        {
            return new StepOutcome.Wait(Earlier(e.RetryAt ?? context.Now + settings.PollEvery, context.Now + LongestPause), e.Message);
        }
    }

    private async Task<StepOutcome> AfterSuccessAsync(MachineState state, StepContext context, CancellationToken cancellationToken)
    {
        var job = await jobs.GetAsync(context.OperationId, cancellationToken);
        var server = await hetzner.Servers.FindByNameAsync((await machines.GetAsync(context.Subject, cancellationToken)).Name, cancellationToken);
        return await BelieveAsync(state, job, server, cancellationToken);
    }

    /// <summary>A report names a server; only its labels at Hetzner say that it is this machine's, as it was ordered.</summary>
    private async Task<StepOutcome> BelieveAsync(MachineState state, WorkflowJob job, Server? server, CancellationToken cancellationToken)
    {
        var machine = await machines.GetAsync(job.Subject, cancellationToken);
        var blueprint = await blueprints.GetAsync(machine.BlueprintDigest, cancellationToken);
        var ordered = MachineLabels.ForServer(
            await controlPlane.GetIdAsync(cancellationToken), machine, MachineDocument.Fingerprint(machine, blueprint, job.AuthKeyId));
        if (server is null)
        {
            // What was just made is not in every answer at once; a run that only says so is found out when the attempts are over.
            return new StepOutcome.Retry(Text($"Run {job.RunId} says that it made a server for {machine.Name}, but Hetzner shows none."));
        }

        if (server.Name != machine.Name || ordered.Any(label => server.Labels.GetValueOrDefault(label.Key) != label.Value))
        {
            return new StepOutcome.Fail(Text($"Run {job.RunId} says that it made server {job.ServerId}, but Hetzner does not show it with the name and the labels of this order. It was left alone."));
        }

        var after = state with { Actions = [], AuthKeyId = job.AuthKeyId, AuthKeyCreatedAt = job.ClaimedAt };
        return new StepOutcome.Done(after, Text($"server {server.Id} in {server.Location.Name}, by run {job.RunId}"))
        {
            Also = transaction => machines.SetServerAsync(
                transaction, job.Subject, server.Id, server.ServerType.Name, server.Location.Name, server.PublicNet.Ipv4?.Ip, server.PublicNet.Ipv6?.Ip),
        };
    }

    private static StepOutcome.Fail Failed(WorkflowJob job) =>
        new(Text($"Run {job.RunId} of the workflow failed{(job.FailedStep is { } step ? $" at '{step}'" : "")}: {job.Error ?? "it did not say why"}"));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;
}
