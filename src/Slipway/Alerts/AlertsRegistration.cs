using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Slipway.Alerts.Webhooks;
using Slipway.Operations;

namespace Slipway.Alerts;

public static class AlertsRegistration
{
    public static IServiceCollection AddAlerts(this IServiceCollection services)
    {
        services.AddOptions<AlertsOptions>().BindConfiguration(AlertsOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(p => p.GetRequiredService<IOptions<AlertsOptions>>().Value);
        services.AddSingleton<AlertStore>();
        services.AddSingleton<WebhookOutbox>();
        services.AddSingleton(p => new AlertsHttp(p.GetRequiredService<TimeProvider>()));
        services.AddSingleton<OperationAlerts>();
        services.AddSingleton<IOperationProjection>(p => p.GetRequiredService<OperationAlerts>());
        services.AddSingleton<IOperationTroubles>(p => p.GetRequiredService<OperationAlerts>());
        services.AddHostedService<WebhookDelivery>();
        services.AddHostedService<DeadManSwitch>();
        services.AddHostedService<AlertPurge>();
        return services;
    }
}
