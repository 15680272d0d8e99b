using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Slipway.Operations.Nodes;
using Slipway.Storage;

namespace Slipway.Server.Health;

internal static class HealthEndpoints
{
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(3);

    public static void AddHealth(this IServiceCollection services) => services.AddHealthChecks().AddCheck<DatabaseCheck>("database", timeout: AnswerLimit);

    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false }).AllowAnonymous();
        routes.MapHealthChecks("/health/ready").AllowAnonymous();
    }

    private sealed class DatabaseCheck(Database database, Membership membership) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            if (!membership.IsCurrent)
            {
                return HealthCheckResult.Unhealthy("The database has not heard of this node for too long; it does nothing until it does.");
            }

            try
            {
                await database.FirstOrDefaultAsync<long>("SELECT COUNT(*) FROM settings", cancellationToken: cancellationToken);
                return HealthCheckResult.Healthy();
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                return HealthCheckResult.Unhealthy("The database does not answer.", e);
            }
        }
    }
}
