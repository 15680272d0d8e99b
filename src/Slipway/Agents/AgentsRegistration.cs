using Microsoft.Extensions.DependencyInjection;
using Slipway.Agents.Rollouts;
using Slipway.Operations;

namespace Slipway.Agents;

public static class AgentsRegistration
{
    public static IServiceCollection AddAgents(this IServiceCollection services) => services
        .AddSingleton<AgentStore>()
        .AddSingleton<AgentLifecycle>()
        .AddSingleton<AgentMaintenance>()
        .AddSingleton<AgentUpdates>()
        .AddSingleton<IOperationProjection, AgentProjection>()
        .AddRollouts();
}
