using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Quartz;

namespace Slipway.Operations;

/// <summary>Quartz as the alarm clock: one job and one trigger per operation, never the truth.</summary>
public sealed class OperationClock(ISchedulerFactory schedulers, TimeProvider time)
{
    /// <summary>Sets the operation's one trigger to <paramref name="at"/>, in place of any earlier one.</summary>
    public async Task ArmAsync(string id, DateTimeOffset at, CancellationToken cancellationToken = default)
    {
        var scheduler = await schedulers.GetScheduler(cancellationToken);
        var now = time.GetUtcNow();
        var job = JobBuilder.Create<OperationJob>().WithIdentity(id).Build();
        var trigger = TriggerBuilder.Create().WithIdentity(id).StartAt(at > now ? at : now).Build();
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
