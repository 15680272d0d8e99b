using Microsoft.AspNetCore.Authorization;

namespace Slipway.Server.Access;

/// <summary>What every endpoint owes, checked before the first request: nobody forgets who may call it.</summary>
internal static class EndpointRules
{
    public static void Verify(IEndpointRouteBuilder routes)
    {
        var undecided = routes.DataSources.SelectMany(s => s.Endpoints).OfType<RouteEndpoint>()
            .Where(e => e.Metadata.GetMetadata<IAuthorizeData>() is null && e.Metadata.GetMetadata<IAllowAnonymous>() is null)
            .Select(e => e.DisplayName)
            .ToList();
        if (undecided.Count > 0)
        {
            throw new InvalidOperationException($"These endpoints say neither RequireScope nor AllowAnonymous: {string.Join(", ", undecided)}.");
        }
    }
}
