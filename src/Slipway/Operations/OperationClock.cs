using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Quartz;
using Slipway.Storage;

namespace Slipway.Operations;

/// <summary>Quartz as the alarm clock: one job and one trigger per operation, never the truth.</summary>
public sealed class OperationClock(ISchedulerFactory schedulers, TimeProvider time)
{
    /// <summary>Sets the operation's one trigger to <paramref name="at"/>, in place of any earlier one.</summary>
    public async Task ArmAsync(string id, DateTimeOffset at, CancellationToken cancellationToken = default) =>
        await ScheduleAsync(await schedulers.GetScheduler(cancellationToken), id, at, cancellationToken);

    /// <summary>Sets the trigger in the caller's transaction, for a clock whose alarms are in the same database; it is heard at the commit.</summary>
    internal async Task ArmWithinAsync(Transaction transaction, string id, DateTimeOffset at)
    {
        var scheduler = await schedulers.GetScheduler();
        // The enlistment covers this method's flow; its end, which has the scheduler look, belongs behind the commit.
        var enlistment = scheduler.EnlistTransaction(transaction.Underlying);
        transaction.AfterCommit(enlistment.Dispose);
        await ScheduleAsync(scheduler, id, at, CancellationToken.None);
    }

    private async Task ScheduleAsync(IScheduler scheduler, string id, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        // A node that dies in a firing has it repeated by another; the row says whether there is anything to do.
        var job = JobBuilder.Create<OperationJob>().WithIdentity(id).RequestRecovery().Build();
        // A late alarm rings at once, whatever Quartz has for those it calls misfired.
        var trigger = TriggerBuilder.Create(time).WithIdentity(id).StartAt(at > now ? at : now)
            .WithSimpleSchedule(schedule => schedule.WithMisfireInstruction(SimpleTriggerMisfireInstruction.IgnoreMisfires)).Build();
        await scheduler.ScheduleJob(job, [trigger], ScheduleJobOptions.Replacing, cancellationToken);
    }
}

/// <summary>A firing: carries its operation as far as it goes and sets the alarm for the rest.</summary>
[DisallowConcurrentExecution]
public sealed partial class OperationJob(
    OperationRunner runner, OperationClock clock, OperationStore store, TimeProvider time, IHostApplicationLifetime host, ILogger<OperationJob> log) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        var id = context.JobDetail.Key.Name;
        try
        {
            var due = await runner.RunAsync(id, host.ApplicationStopping);
            if (due is not { } at || host.ApplicationStopping.IsCancellationRequested)
            {
                return;
            }

            await clock.ArmAsync(id, at, cancellationToken);
            if ((await store.FindAsync(id, cancellationToken))?.DueAt < at)
            {
                // Somebody woke it just before its alarm was set to the later time.
                await clock.ArmAsync(id, time.GetUtcNow(), cancellationToken);
            }
        }
        catch (OperationCanceledException) when (host.ApplicationStopping.IsCancellationRequested)
        {
            // The other nodes look at what lies about when this one leaves.
        }
        catch (Exception e)
        {
            // The row still has its due time, so the sweep brings it back; the database may simply be away.
            Log.Broke(log, e, id);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "{OperationId} could not be carried on; the sweep will try again")]
        public static partial void Broke(ILogger logger, Exception exception, string operationId);
    }
}
