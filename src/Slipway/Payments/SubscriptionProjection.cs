using Slipway.Agents;
using Slipway.Alerts;
using Slipway.Operations;
using Slipway.Storage;

namespace Slipway.Payments;

/// <summary>What a look at a subscription means for its agent, written in the transaction that ends the look.</summary>
internal sealed class SubscriptionProjection(
    SubscriptionLooks looks, AgentLifecycle lifecycle, AlertStore alerts, PaymentsOptions options, PaymentTerms terms, TimeProvider time) : IOperationProjection
{
    /// <summary>For what only a person can mend.</summary>
    public static readonly TimeSpan LookAgain = TimeSpan.FromHours(1);

    public async Task FinishedAsync(Transaction transaction, Operation operation)
    {
        switch (operation.Plan, operation.Result)
        {
            case (PaymentPlans.Follow, OperationResult.Succeeded):
                await ConvergeAsync(transaction, operation.Subject, PaymentPlans.ReadFollow(operation));
                break;
            case (PaymentPlans.Follow, _):
                await SubscriptionStore.SetLookAtAsync(transaction, operation.Subject, time.GetUtcNow() + LookAgain);
                break;
            case (PaymentPlans.End, _):
                await looks.HintAsync(transaction, operation.Subject);
                break;
        }
    }

    private async Task ConvergeAsync(Transaction transaction, string id, FollowState look)
    {
        // The agent before the subscription, in the order in which an agent's own end takes them.
        var agent = look.Facts?.AgentId is { } agentId ? await AgentStore.LockAsync(transaction, agentId) : null;
        if (await SubscriptionStore.LockAsync(transaction, id) is not { } row)
        {
            return;
        }

        row = row with { HintsSeen = look.Hints };
        row = look.Facts is { } facts ? await ApplyAsync(transaction, row, facts, agent) : await MissAsync(transaction, row);
        await SubscriptionStore.WriteLookAsync(transaction, row, look.Facts?.Customer, time.GetUtcNow());
        if (row.Hints > row.HintsSeen)
        {
            await looks.StartAsync(transaction, row);
        }
    }

    private async Task<SubscriptionRow> ApplyAsync(Transaction transaction, SubscriptionRow row, SubscriptionFacts facts, Agent? agent)
    {
        var verdict = Verdict.Of(facts, terms, time.GetUtcNow());
        row = row with
        {
            StripeStatus = facts.Status,
            Status = verdict.Notice == PaymentNotice.Ended && !verdict.IsGivenUp ? SubscriptionStore.Ended : SubscriptionStore.Live,
            Wanted = verdict.Wanted,
            Notice = verdict.Notice,
            LookAt = verdict.LookAt,
        };
        var problem = facts.AgentId is null ? null
            : agent is null ? $"It pays for agent '{facts.AgentId}', which does not exist here. Check client_reference_id, or whether the webhook points to the right Slipway."
            : row.AgentId is null ? ProblemWith(facts, agent) ?? await BindAsync(transaction, row, agent)
            : null;
        if (problem is not null && verdict.Wanted != Wanted.Destroyed)
        {
            await alerts.RaiseAsync(transaction, PaidInVain(row.Id, facts.AgentId!, problem));
            return row with { LookAt = time.GetUtcNow() + LookAgain };
        }

        if (problem is not null || agent is null)
        {
            await alerts.ResolveAsync(transaction, Cause(row.Id));
            return row;
        }

        return verdict.Wanted switch
        {
            Wanted.Running => await RunAsync(transaction, row, facts, agent),
            Wanted.Stopped => await StopAsync(transaction, row, agent),
            Wanted.Destroyed => await DestroyAsync(transaction, row, agent, verdict.IsGivenUp),
            _ => row,
        };
    }

    private async Task<SubscriptionRow> RunAsync(Transaction transaction, SubscriptionRow row, SubscriptionFacts facts, Agent agent)
    {
        if (agent.Status == AgentStatus.Error)
        {
            await FailedAsync(transaction, row, facts, agent);
            return row;
        }

        // Only what was stopped for want of payment is started again by one; whoever stopped it otherwise had a reason.
        var wish = row.Suspended == 1 && agent.Status is AgentStatus.Active or AgentStatus.Paused
            ? await lifecycle.StartAsync(transaction, agent.Id)
            : await lifecycle.GrantAsync(transaction, agent.Id);
        if (wish.Outcome == WishOutcome.Refused && agent is { Status: AgentStatus.Closed } or { Wanted: Wanted.Destroyed })
        {
            await alerts.RaiseAsync(transaction, PaidInVain(row.Id, agent.Id, wish.Reason!));
            return row;
        }

        await alerts.ResolveAsync(transaction, Cause(row.Id));
        // Until it is seen to run: a start may fail.
        return agent is { Status: AgentStatus.Active, Wanted: Wanted.Running } ? row with { Suspended = 0 } : row;
    }

    private async Task<SubscriptionRow> StopAsync(Transaction transaction, SubscriptionRow row, Agent agent)
    {
        // Refused while it is being provisioned or started: PaidAgents asks again when it has come to rest.
        var wish = await lifecycle.StopAsync(transaction, agent.Id);
        return wish.Outcome == WishOutcome.Accepted ? row with { Suspended = 1 } : row;
    }

    private async Task<SubscriptionRow> DestroyAsync(Transaction transaction, SubscriptionRow row, Agent agent, bool isGivenUp)
    {
        await alerts.ResolveAsync(transaction, Cause(row.Id));
        if (isGivenUp)
        {
            // First: what the agent's end sets off finds that the subscription is in hand already.
            await looks.EndAsync(transaction, row.Id, new EndState { AgentId = agent.Id, Why = $"Agent {agent.Id} was not paid for in time and is destroyed." });
        }

        await lifecycle.DestroyAsync(transaction, agent.Id);
        return row;
    }

    /// <summary>Paid for, and in error. One that never ran is paid back at once; one that did is an operator's to mend.</summary>
    private async Task FailedAsync(Transaction transaction, SubscriptionRow row, SubscriptionFacts facts, Agent agent)
    {
        if (await OperationStore.AnySucceededAsync(transaction, agent.Id))
        {
            await alerts.RaiseAsync(transaction, new AlertReport(
                PaidAgents.Cause(agent.Id),
                AlertSeverity.Critical,
                agent.Id,
                $"Agent {agent.Id} is paid for by subscription {row.Id} and could not be made anew; everything was taken back. {agent.Error}",
                $"Mend what the error says and run 'slipway agent retry {agent.Id}', or cancel the subscription in Stripe and refund it. 'slipway operation show {agent.OperationId}' has the evidence."));
            return;
        }

        await looks.EndAsync(transaction, row.Id, new EndState
        {
            AgentId = agent.Id,
            Refund = facts.Invoice,
            Why = $"Agent {agent.Id} was paid for and could not be provisioned.",
        });
        // Nothing is left of it; and closed, nobody can have it retried while the money goes back.
        await lifecycle.DestroyAsync(transaction, agent.Id);
    }

    private async Task<SubscriptionRow> MissAsync(Transaction transaction, SubscriptionRow row)
    {
        if (row.Status == SubscriptionStore.Live)
        {
            await alerts.RaiseAsync(transaction, new AlertReport(
                Cause(row.Id),
                AlertSeverity.Critical,
                row.AgentId ?? row.Id,
                $"Stripe told of subscription {row.Id}, but knows no such subscription when asked. Nothing was changed here.",
                "STRIPE_SECRET_KEY is probably another account's, or a test key for a live webhook: use the key of the account and the mode the webhook is in."));
        }

        return row with { LookAt = row.Status == SubscriptionStore.Live ? time.GetUtcNow() + LookAgain : null };
    }

    private async Task<string?> BindAsync(Transaction transaction, SubscriptionRow row, Agent agent) =>
        await SubscriptionStore.AttachAsync(transaction, row.Id, agent.Id, time.GetUtcNow()) == agent.Id
            ? null
            : $"Agent {agent.Id} is already paid by another subscription. Refund one of them in Stripe.";

    private string? ProblemWith(SubscriptionFacts facts, Agent agent) =>
        options.Prices.Count == 0 ? null
        : facts.Price is not { } price || !options.Prices.TryGetValue(price, out var blueprint)
            ? $"It was paid at price '{facts.Price ?? "none"}', which buys nothing here. Add it under Stripe:Prices."
        : blueprint != agent.BlueprintName
            ? $"It was paid at price '{price}', which buys '{blueprint}', but agent {agent.Id} is a '{agent.BlueprintName}'. Refund it in Stripe, or correct Stripe:Prices."
        : null;

    private static string Cause(string subscription) => $"payment:{subscription}";

    private static AlertReport PaidInVain(string subscription, string agentId, string why) => new(
        Cause(subscription),
        AlertSeverity.Critical,
        agentId,
        $"Subscription {subscription} is paid, and there is no agent for it. {why}",
        $"Mend what it says; it is looked at again every hour and with every event. Or cancel subscription {subscription} in Stripe and refund it, which resolves this.");
}
