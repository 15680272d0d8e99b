using Microsoft.Extensions.Hosting;
using Quartz;
using Slipway.Operations.Nodes;

namespace Slipway.Operations;

/// <summary>Quartz as the alarm clock for what is due later: one job and one trigger per operation, never the truth.</summary>
public sealed class OperationClock(ISchedulerFactory schedulers, OperationSignals signals, TimeProvider time)
{
    /// <summary>Sets the operation's one trigger to <paramref name="at"/>, in place of any earlier one; what is due now needs none.</summary>
    public async Task ArmAsync(string id, DateTimeOffset at, CancellationToken cancellationToken = default)
    {
        if (at <= time.GetUtcNow())
        {
            signals.SayDue();
            return;
        }

        var scheduler = await schedulers.GetScheduler(cancellationToken);
        // A node that dies in a firing has it repeated by another; the row says whether there is anything to do.
        var job = JobBuilder.Create<OperationJob>().WithIdentity(id).RequestRecovery().Build();
        // A late alarm rings at once, whatever Quartz has for those it calls misfired.
        var trigger = TriggerBuilder.Create(time).WithIdentity(id).StartAt(at)
            .WithSimpleSchedule(schedule => schedule.WithMisfireInstruction(SimpleTriggerMisfireInstruction.IgnoreMisfires)).Build();
        await scheduler.ScheduleJob(job, [trigger], ScheduleJobOptions.Replacing, cancellationToken);
    }
}

/// <summary>A firing: has its operation taken, and is over when the row says so. Its name stands in the tables of alarms.</summary>
public sealed class OperationJob(OperationWorker worker, Membership membership, IHostApplicationLifetime host) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            // It rings at a node that cannot say it lives as at any other. Given back, it would ring there again.
            await membership.WaitUntilCurrentAsync(host.ApplicationStopping);
            await worker.TakeAsync(context.JobDetail.Key.Name);
        }
        catch (OperationCanceledException) when (host.ApplicationStopping.IsCancellationRequested)
        {
            // The row is due, and the other nodes look at such rows.
        }
    }
}
