using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Quartz;
using Slipway.Operations.Nodes;
using Slipway.Storage;

namespace Slipway.Operations;

public static class OperationsRegistration
{
    /// <summary>A firing only writes into its row that somebody has it, so a few at once are many a second.</summary>
    private const int AlarmsAtOnce = 25;

    private static readonly TimeSpan CheckInEvery = TimeSpan.FromSeconds(2);

    /// <param name="services">Where to.</param>
    /// <param name="storage">PostgreSQL is shared by nodes, and so are the alarms; SQLite serves one process, which keeps them in memory.</param>
    public static IServiceCollection AddOperations(this IServiceCollection services, StorageOptions storage)
    {
        services.AddOptions<OperationsOptions>().BindConfiguration("Operations");
        services.AddSingleton(p => p.GetRequiredService<IOptions<OperationsOptions>>().Value);
        services.AddSingleton<Membership>();
        services.AddSingleton<NodeStore>();
        services.AddSingleton<OperationStore>();
        services.AddSingleton<OperationSignals>();
        services.AddSingleton<OperationPulse>();
        services.AddSingleton<OperationExplainer>();
        services.AddSingleton<PlanCatalog>();
        services.AddSingleton<FailureReader>();
        services.AddSingleton<OperationRunner>();
        services.AddSingleton<OperationClock>();
        services.AddSingleton<OperationWaker>();
        services.AddSingleton<OperationDispatcher>();
        services.AddSingleton<OperationWorker>();
        services.AddSingleton<OperationSweep>();
        // The node joins before anything of it acts, and leaves when nothing does any more.
        services.AddHostedService<NodeLink>();
        services.AddHostedService(p => p.GetRequiredService<OperationWorker>());
        services.AddHostedService(p => p.GetRequiredService<OperationSweep>());
        services.AddQuartz(quartz =>
        {
            if (storage.IsPostgres)
            {
                ShareAlarms(quartz);
            }
            else
            {
                quartz.UseInMemoryStore(_ => { });
            }
        });
        services.AddOptions<ThreadPoolOptions>().Configure(static pool => pool.MaxConcurrency = AlarmsAtOnce);
        services.AddQuartzHostedService(host => host.WaitForJobsToComplete = true);
        return services;
    }

    private static void ShareAlarms(IQuartzBuilder quartz)
    {
        quartz.ConfigureScheduler(scheduler =>
        {
            scheduler.InstanceName = "slipway";
            // A node hears only of alarms it set itself; for those of others it looks.
            scheduler.IdleWaitTime = TimeSpan.FromSeconds(5);
            scheduler.MaxBatchSize = AlarmsAtOnce;
        });
        quartz.Services.AddOptions<QuartzSchedulerOptions>().Configure<Membership>((scheduler, membership) => scheduler.InstanceId = membership.Process);
        quartz.UsePersistentStore(store =>
        {
            store.UsePostgres(source => source.DataSourceFactory = p => p.GetRequiredService<Database>().AlarmSource);
            store.UseClustering(cluster =>
            {
                cluster.CheckinInterval = CheckInEvery;
                cluster.CheckinMisfireThreshold = CheckInEvery + CheckInEvery;
            });
            store.ConfigureStore(options =>
            {
                options.TablePrefix = "qrtz_";
                options.StoreJobDataAsStrings = true;
                options.DbRetryInterval = CheckInEvery;
            });
        });
    }
}
