using Slipway.Agents;
using Slipway.Alerts;
using Slipway.Storage;

namespace Slipway.Payments;

/// <summary>Has the subscription looked at again when its agent came to rest elsewhere than it asked for, or can now take a wish that it could not.</summary>
internal sealed class PaidAgents(SubscriptionLooks looks, AlertStore alerts, TimeProvider time) : IAgentProjection
{
    public static readonly TimeSpan AfterFailure = TimeSpan.FromHours(1);

    public async Task SettledAsync(Transaction transaction, Agent agent)
    {
        if (agent.Status == AgentStatus.Closed || (agent.Status != AgentStatus.Error && agent.Error is null))
        {
            await alerts.ResolveAsync(transaction, Cause(agent.Id));
        }

        if (await SubscriptionStore.FindLiveAsync(transaction, agent.Id) is not { } subscription || IsAsAsked(agent, subscription))
        {
            return;
        }

        if (agent is { Status: AgentStatus.Active or AgentStatus.Paused, Error: not null })
        {
            // It was tried and taken back; at once it would only fail again.
            await SubscriptionStore.SetLookAtAsync(transaction, subscription.Id, time.GetUtcNow() + AfterFailure);
            if (subscription.Wanted == Wanted.Running)
            {
                await alerts.RaiseAsync(transaction, new AlertReport(
                    Cause(agent.Id),
                    AlertSeverity.Critical,
                    agent.Id,
                    $"Agent {agent.Id} is paid for again by subscription {subscription.Id} and could not be started. {agent.Error}",
                    $"It is tried again every hour. Mend what the error says; 'slipway agent start {agent.Id}' tries at once."));
            }
        }
        else
        {
            await looks.HintAsync(transaction, subscription.Id);
        }
    }

    public static string Cause(string agentId) => $"paid:{agentId}";

    private static bool IsAsAsked(Agent agent, SubscriptionRow subscription) => agent.Status switch
    {
        AgentStatus.Draft => true,
        AgentStatus.Active or AgentStatus.Paused => subscription.Wanted switch
        {
            Wanted.Stopped => agent.Wanted != Wanted.Running,
            Wanted.Running => subscription.Suspended == 0,
            _ => true,
        },
        _ => false,
    };
}
