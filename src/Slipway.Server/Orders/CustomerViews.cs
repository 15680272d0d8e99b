using Slipway.Agents;
using Slipway.Blueprints;
using Slipway.Machines;
using Slipway.Operations;
using Slipway.Payments;

namespace Slipway.Server.Orders;

/// <summary>All that a customer's page shows of an agent.</summary>
internal sealed record CustomerView
{
    public required Agent Agent { get; init; }

    /// <summary>As it was when the order was made.</summary>
    public required Blueprint Blueprint { get; init; }

    /// <summary>Null when it is not sold any more.</summary>
    public Offer? Offer { get; init; }

    public Machine? Machine { get; init; }

    public Operation? Operation { get; init; }

    public IReadOnlyList<string> Steps { get; init; } = [];

    public Standing? Standing { get; init; }

    public CheckoutStatus Checkout { get; init; }

    public bool CanChangeSecrets => this is { IsBusy: false, Agent: { Status: AgentStatus.Active, Wanted: Wanted.Running }, Blueprint.Secrets.Count: > 0 };

    // A copy of its disk is made while it runs, and is nothing of the customer's.
    public bool IsBusy => Operation is { Result: null, Plan: not (MachinePlans.Snapshot or MachinePlans.DeleteSnapshot) };

    public string Title => Offer?.Title ?? Agent.BlueprintName;
}

/// <summary>Reads what a customer's page shows.</summary>
internal sealed class CustomerViews(
    AgentStore agents, BlueprintStore blueprints, MachineStore machines, OperationStore operations, PlanCatalog plans, Checkouts checkouts, OfferCatalog offers)
{
    public async Task<CustomerView?> FindAsync(string agentId, CancellationToken cancellationToken)
    {
        if (await agents.FindAsync(agentId, cancellationToken) is not { } agent)
        {
            return null;
        }

        var operation = agent.OperationId is { } id ? await operations.FindAsync(id, cancellationToken) : null;
        return new CustomerView
        {
            Agent = agent,
            Blueprint = await blueprints.GetAsync(agent.BlueprintDigest, cancellationToken),
            Offer = offers.Find(agent.BlueprintName),
            Machine = await machines.FindAsync(agentId, cancellationToken),
            Operation = operation,
            Steps = operation is null ? [] : plans.Get(operation.Plan).Steps,
            Standing = await checkouts.FindStandingAsync(agentId, cancellationToken),
            Checkout = await checkouts.StatusAsync(agentId, cancellationToken),
        };
    }
}
