using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;

namespace Slipway.Server.Orders;

/// <summary>How often one client may come: so many at once, and then as many a minute.</summary>
internal static class RateLimits
{
    public const string Looks = "orders-look";
    public const string Changes = "orders-change";

    private const int PerMinute = 12;

    public static void Configure(RateLimiterOptions limiter, OrdersOptions orders)
    {
        limiter.AddPolicy(Looks, http => Bucket(http, orders.LooksPerMinute));
        limiter.AddPolicy(Changes, http => Bucket(http, orders.ChangesPerMinute));
        limiter.OnRejected = async (rejected, _) =>
        {
            var http = rejected.HttpContext;
            var wait = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromMinutes(1);
            Page.Guard(http.Response, "");
            http.Response.Headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
            await Page.Refused(StatusCodes.Status429TooManyRequests, "Too many requests", "Please wait a moment and try again.").ExecuteAsync(http);
        };
    }

    /// <summary>A household or a host has one IPv4 address, or a /64 of IPv6.</summary>
    internal static string ClientOf(IPAddress? address)
    {
        if (address is null)
        {
            return "unknown";
        }

        if (address.IsIPv4MappedToIPv6 || address.AddressFamily == AddressFamily.InterNetwork)
        {
            return address.MapToIPv4().ToString();
        }

        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes) + "/64";
    }

    private static RateLimitPartition<string> Bucket(HttpContext http, int limit) => RateLimitPartition.GetTokenBucketLimiter(
        ClientOf(http.Connection.RemoteIpAddress),
        _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = limit,
            TokensPerPeriod = Math.Max(1, limit / PerMinute),
            ReplenishmentPeriod = TimeSpan.FromMinutes(1) / PerMinute,
            QueueLimit = 0,
        });
}
