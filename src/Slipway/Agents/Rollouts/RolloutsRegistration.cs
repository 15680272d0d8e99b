using Microsoft.Extensions.DependencyInjection;
using Slipway.Operations;

namespace Slipway.Agents.Rollouts;

internal static class RolloutsRegistration
{
    public static IServiceCollection AddRollouts(this IServiceCollection services) => services
        .AddSingleton<RolloutStore>()
        .AddSingleton<RolloutDesk>()
        .AddSingleton<RolloutTurns>()
        .AddSingleton(p => RolloutPlan.Create(new Lazy<RolloutTurns>(p.GetRequiredService<RolloutTurns>)))
        .AddSingleton<IOperationProjection, RolloutProjection>();
}
