using Microsoft.Extensions.Logging;
using Slipway.Blueprints;
using Slipway.Machines.Steps;
using Slipway.Operations;
using Slipway.Secrets;
using Slipway.Storage;

namespace Slipway.Machines.Workflows;

/// <summary>
/// Takes what runs say. A job goes to the first run that claims it and to no other; every report counts once; and what a run claims to have made is only
/// noted here: the step looks at Hetzner before it believes it.
/// </summary>
public sealed partial class RunnerReports(
    Database database, WorkflowJobStore jobs, MachineStore machines, BlueprintStore blueprints, SecretStore secrets, OperationStore operations,
    MachineDocument documents, ControlPlane controlPlane, ControlPlaneFirewall firewall, TailscaleSettings tailscale, OperationWaker waker, TimeProvider time,
    ILogger<RunnerReports> log)
{
    private const int LongestError = 2000;
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(300);

    /// <summary>Takes a report whose signature was found right.</summary>
    public async Task<(RunnerReportOutcome Outcome, WorkflowJob? Job)> TakeAsync(RunnerReport report, CancellationToken cancellationToken)
    {
        if ((time.GetUtcNow() - report.SentAt).Duration() > Tolerance)
        {
            return (RunnerReportOutcome.Stale, null);
        }

        var (outcome, job) = await database.WriteAsync(
            async transaction => await jobs.HearAsync(transaction, report.Delivery)
                ? await RecordAsync(transaction, report)
                : (RunnerReportOutcome.Replayed, null),
            cancellationToken);
        if (outcome != RunnerReportOutcome.Taken)
        {
            Log.Refused(log, report.Status, report.JobId, report.RunId, outcome);
        }

        return (outcome, job);
    }

    /// <summary>What a run that has claimed a job is told of it.</summary>
    public async Task<RunnerJob> DescribeAsync(WorkflowJob job, CancellationToken cancellationToken)
    {
        var machine = await machines.GetAsync(job.Subject, cancellationToken);
        var blueprint = await blueprints.GetAsync(machine.BlueprintDigest, cancellationToken);
        var tailnet = machine.TailscaleHostname is { } hostname
            ? new RunnerTailnet(hostname, tailscale.Tag, blueprint.Tailscale.Ephemeral, CreateAuthKey.Description(machine))
            : null;
        return new RunnerJob(job.Id, job.Subject, (await LocationsAsync(job, blueprint, cancellationToken))[0], tailnet);
    }

    /// <summary>What a run that has made its auth key is to create: the same whenever it asks with the same key.</summary>
    public async Task<RunnerServer> OrderAsync(WorkflowJob job, Secret? authKey, CancellationToken cancellationToken)
    {
        var machine = await machines.GetAsync(job.Subject, cancellationToken);
        var blueprint = await blueprints.GetAsync(machine.BlueprintDigest, cancellationToken);
        var document = await documents.BuildAsync(machine, blueprint, authKey?.Reveal(), cancellationToken);
        var owner = await controlPlane.GetIdAsync(cancellationToken);
        return new RunnerServer
        {
            Name = machine.Name,
            ServerType = machine.ResizedTo ?? blueprint.Machine.ServerType,
            Image = blueprint.Machine.Image,
            Locations = await LocationsAsync(job, blueprint, cancellationToken),
            Labels = MachineLabels.ForServer(owner, machine, MachineDocument.Fingerprint(machine, blueprint, job.AuthKeyId)),
            Firewalls = [await firewall.EnsureAsync(cancellationToken)],
            UserData = document.ToUserData().Text,
        };
    }

    private async Task<(RunnerReportOutcome, WorkflowJob?)> RecordAsync(Transaction transaction, RunnerReport report)
    {
        var job = await jobs.LockAsync(transaction, report.JobId);
        if (job is null || (job.RunId is { } run && run != report.RunId) || After(job, report) is not { } after)
        {
            return (RunnerReportOutcome.NotExpected, null);
        }

        await WorkflowJobStore.UpdateAsync(transaction, after);
        if (report.AuthKey is { } key && after.Status == WorkflowJobStatus.Ordered)
        {
            // Kept so that nothing the machine prints can show it; it goes when the machine is in the tailnet, or with it.
            await secrets.PutAsync(transaction, job.Subject, CreateAuthKey.SecretName, key);
        }

        if (after.Status is not (WorkflowJobStatus.Claimed or WorkflowJobStatus.Ordered))
        {
            await waker.WakeAsync(transaction, job.OperationId);
        }

        return (RunnerReportOutcome.Taken, after);
    }

    /// <summary>The job after a report; null when it says what cannot be, as things are.</summary>
    private WorkflowJob? After(WorkflowJob job, RunnerReport report)
    {
        var now = time.GetUtcNow();
        return (job.Status, report.Status) switch
        {
            (WorkflowJobStatus.Registered or WorkflowJobStatus.Claimed, "claim") =>
                job with { Status = WorkflowJobStatus.Claimed, RunId = report.RunId, ClaimedAt = job.ClaimedAt ?? now },
            (WorkflowJobStatus.Claimed, "keyed") when report.AuthKeyId is null == report.AuthKey is null =>
                job with { Status = WorkflowJobStatus.Ordered, AuthKeyId = report.AuthKeyId, OrderedAt = now },
            (WorkflowJobStatus.Ordered, "keyed") when report.AuthKeyId == job.AuthKeyId => job,
            (WorkflowJobStatus.Ordered, "created") when report.ServerId is { } server => job with { Status = WorkflowJobStatus.Created, ServerId = server },
            (WorkflowJobStatus.Created, "created") when report.ServerId == job.ServerId => job,
            (WorkflowJobStatus.Created or WorkflowJobStatus.Running, "running") when report.ServerId == job.ServerId => job with { Status = WorkflowJobStatus.Running },
            (WorkflowJobStatus.Failed, "failed") => job,
            (not (WorkflowJobStatus.Running or WorkflowJobStatus.Closed), "failed") => job with
            {
                Status = WorkflowJobStatus.Failed,
                RunId = report.RunId,
                FailedStep = Clean(report.FailedStep, 100),
                Error = Clean(report.Error, LongestError),
            },
            _ => null,
        };
    }

    private async Task<IReadOnlyList<string>> LocationsAsync(WorkflowJob job, Blueprint blueprint, CancellationToken cancellationToken) =>
        await operations.FindAsync(job.OperationId, cancellationToken) is { } operation && MachineState.OrderOf(operation.State)?.Location is { } only
            ? [only]
            : blueprint.Machine.Locations;

    private static string? Clean(string? text, int longest) =>
        text is null ? null : string.Concat(text.Where(c => !char.IsControl(c) && !char.IsSurrogate(c)).Take(longest));

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "A report '{Status}' for job {JobId} by run {RunId} was signed by us and refused: {Outcome}")]
        public static partial void Refused(ILogger logger, string status, string jobId, long runId, RunnerReportOutcome outcome);
    }
}
