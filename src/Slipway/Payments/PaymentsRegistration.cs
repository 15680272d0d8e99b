using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Slipway.Agents;

namespace Slipway.Payments;

public static class PaymentsRegistration
{
    public static IServiceCollection AddPayments(this IServiceCollection services)
    {
        services.AddOptions<PaymentsOptions>().BindConfiguration(PaymentsOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        return services
            .AddSingleton(p => p.GetRequiredService<IOptions<PaymentsOptions>>().Value)
            .AddSingleton<StripeWebhook>()
            .AddSingleton<IAgentProjection, PaidAgents>();
    }
}
