using Slipway.Agents;
using Slipway.Machines;
using Slipway.Operations;
using Slipway.Payments;

namespace Slipway.Server.Orders;

/// <summary>All that a customer's page shows of an agent.</summary>
internal sealed record CustomerView
{
    public required Agent Agent { get; init; }

    /// <summary>Null when it is not sold any more.</summary>
    public Offer? Offer { get; init; }

    public Machine? Machine { get; init; }

    public Operation? Operation { get; init; }

    public IReadOnlyList<string> Steps { get; init; } = [];

    public Standing? Standing { get; init; }

    public CheckoutStatus Checkout { get; init; }

    public bool IsBusy => Operation is { Result: null };

    public string Title => Offer?.Title ?? Agent.BlueprintName;
}

/// <summary>Reads what a customer's page shows.</summary>
internal sealed class CustomerViews(
    AgentStore agents, MachineStore machines, OperationStore operations, PlanCatalog plans, Checkouts checkouts, OfferCatalog offers)
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
            Offer = offers.Find(agent.BlueprintName),
            Machine = await machines.FindAsync(agentId, cancellationToken),
            Operation = operation,
            Steps = operation is null ? [] : plans.Get(operation.Plan).Steps,
            Standing = await checkouts.FindStandingAsync(agentId, cancellationToken),
            Checkout = await checkouts.StatusAsync(agentId, cancellationToken),
        };
    }
}
