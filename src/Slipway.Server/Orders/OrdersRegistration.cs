using System.Net;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;

namespace Slipway.Server.Orders;

internal static class OrdersRegistration
{
    public static void AddOrders(this IServiceCollection services)
    {
        services.AddOptions<OrdersOptions>().BindConfiguration(OrdersOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(p => p.GetRequiredService<IOptions<OrdersOptions>>().Value);
        services.AddSingleton<OfferCatalog>();
        services.AddSingleton<OrderLinks>();
        services.AddSingleton<OrderDesk>();
        services.AddSingleton<CustomerViews>();
        services.AddRateLimiter(_ => { });
        services.AddOptions<RateLimiterOptions>().Configure<OrdersOptions>(RateLimits.Configure);
        services.AddOptions<ForwardedHeadersOptions>().Configure<OrdersOptions>((forwarded, orders) =>
        {
            forwarded.ForwardedHeaders = ForwardedHeaders.XForwardedFor;
            foreach (var proxy in orders.TrustedProxies)
            {
                forwarded.KnownProxies.Add(IPAddress.Parse(proxy));
            }
        });
    }
}
