using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Quartz;

namespace Slipway.Operations;

public static class OperationsRegistration
{
    public static IServiceCollection AddOperations(this IServiceCollection services)
    {
        services.AddOptions<OperationsOptions>().BindConfiguration("Operations");
        services.AddSingleton(p => p.GetRequiredService<IOptions<OperationsOptions>>().Value);
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
        services.AddHostedService<OperationSweep>();
        services.AddQuartz(quartz => quartz.UseInMemoryStore(_ => { }));
        services.AddOptions<ThreadPoolOptions>().Configure<OperationsOptions>((pool, options) => pool.MaxConcurrency = options.MaxInFlight);
        services.AddQuartzHostedService(host => host.WaitForJobsToComplete = true);
        return services;
    }
}
