using Slipway.Agents;
using Slipway.Alerts;
using Slipway.Storage;

namespace Slipway.Payments;

/// <summary>Notices a customer who pays and has nothing.</summary>
internal sealed class PaidAgents(AlertStore alerts) : IAgentProjection
{
    public async Task SettledAsync(Transaction transaction, Agent agent)
    {
        var cause = $"paid:{agent.Id}";
        if (agent.Status != AgentStatus.Error)
        {
            await alerts.ResolveAsync(transaction, cause);
        }
        else if (await SubscriptionStore.FindLiveAsync(transaction, agent.Id) is { } subscription)
        {
            await alerts.RaiseAsync(transaction, new AlertReport(
                cause,
                AlertSeverity.Critical,
                agent.Id,
                $"Agent {agent.Id} is paid for by subscription {subscription} and could not be provisioned; everything was taken back. {agent.Error}",
                $"Mend what the error says and run 'slipway agent retry {agent.Id}', or cancel the subscription in Stripe and refund it. 'slipway operation show {agent.OperationId}' has the evidence."));
        }
    }
}
