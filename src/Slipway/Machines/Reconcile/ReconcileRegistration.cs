using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Slipway.Alerts;
using Slipway.Operations;
using Slipway.Storage;

namespace Slipway.Machines.Reconcile;

internal static class ReconcileRegistration
{
    public static IServiceCollection AddReconcile(this IServiceCollection services)
    {
        services.AddOptions<ReconcileOptions>().BindConfiguration(ReconcileOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(p => p.GetRequiredService<IOptions<ReconcileOptions>>().Value);
        services.AddSingleton<ReconcileStore>();
        services.AddSingleton<RowReader>();
        services.AddSingleton<Clouds>();
        services.AddSingleton<Quarantine>();
        services.AddSingleton<DriftRepair>();
        services.AddSingleton(p => new ReconcileRound(
            p.GetRequiredService<ReconcileStore>(),
            p.GetRequiredService<Clouds>(),
            p.GetRequiredService<RowReader>(),
            p.GetRequiredService<Quarantine>(),
            p.GetRequiredService<DriftRepair>(),
            p.GetRequiredService<AlertStore>(),
            p.GetRequiredService<Settings>(),
            p.GetRequiredService<Database>(),
            p.GetRequiredService<ReconcileOptions>(),
            p.GetRequiredService<TimeProvider>(),
            p.GetRequiredService<PlanCatalog>()));
        services.AddHostedService<ReconcileLoop>();
        return services;
    }
}
