using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Slipway.Agents;
using Slipway.Alerts;
using Slipway.Operations;
using Slipway.Operations.Nodes;
using Slipway.Payments.Stripe;
using Slipway.Storage;

namespace Slipway.Payments;

public static class PaymentsRegistration
{
    private const string StripeCredential = "STRIPE_SECRET_KEY";

    public static IServiceCollection AddPayments(this IServiceCollection services)
    {
        services.AddOptions<PaymentsOptions>().BindConfiguration(PaymentsOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<PaymentTerms>().BindConfiguration(PaymentTerms.Section).ValidateDataAnnotations().ValidateOnStart();
        return services
            .AddSingleton(p => p.GetRequiredService<IOptions<PaymentsOptions>>().Value)
            .AddSingleton(p => p.GetRequiredService<IOptions<PaymentTerms>>().Value)
            .AddSingleton(p => new StripeClient(p.GetRequiredService<PaymentsOptions>(), Transport(p), p.GetRequiredService<TimeProvider>()))
            .AddSingleton<Func<Exception, StepOutcome?>>(Read)
            .AddSingleton(p => PaymentPlans.CreateFollow(p.GetRequiredService<StripeClient>()))
            .AddSingleton(p => PaymentPlans.CreateDispute(p.GetRequiredService<StripeClient>()))
            .AddSingleton(p => PaymentPlans.CreateEnd(p.GetRequiredService<StripeClient>(), p.GetRequiredService<AlertStore>(), p.GetRequiredService<Database>()))
            .AddSingleton<SubscriptionLooks>()
            .AddSingleton<Checkouts>()
            .AddSingleton<StripeWebhook>()
            .AddSingleton<MissedEvents>()
            .AddSingleton<IOperationProjection, SubscriptionProjection>()
            .AddSingleton<IAgentProjection, PaidAgents>()
            .AddHostedService<SubscriptionLoop>();
    }

    /// <summary>How Stripe's failures read as outcomes: none is final, because a look changes nothing and money is not forgotten.</summary>
    internal static StepOutcome? Read(Exception exception) => exception is StripeException e
        ? new StepOutcome.Retry(e.Message) { RefusedCredential = e.IsCredential ? StripeCredential : null }
        : null;

    /// <summary>A test's script, or sockets; among nodes, closed to a process that others may take for dead.</summary>
    private static HttpMessageHandler? Transport(IServiceProvider services) =>
        services.GetService<HttpMessageHandler>() is { } scripted ? scripted
        : services.GetRequiredService<Database>().IsSingleNode ? null
        : new MembersOnlyHandler(services.GetRequiredService<Membership>())
        {
            InnerHandler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) },
        };
}
