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

    /// <summary>How far Stripe's clock may be from ours.</summary>
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(5);

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
            case (PaymentPlans.Dispute, OperationResult.Succeeded):
                await DisputedAsync(transaction, operation.Subject, PaymentPlans.ReadDispute(operation));
                break;
            case (PaymentPlans.End, _):
                await looks.HintAsync(transaction, operation.Subject);
                break;
        }
    }

    private async Task DisputedAsync(Transaction transaction, string id, DisputeState dispute)
    {
        if (dispute is not { Subscription: { } subscription, Status: { } status })
        {
            return;
        }

        var isOurs = status is "won" or "warning_closed" or "prevented";
        if (isOurs)
        {
            await alerts.ResolveAsync(transaction, DisputeCause(id));
        }

        if (await (isOurs ? SubscriptionStore.ClearDisputeAsync(transaction, subscription, id) : SubscriptionStore.SetDisputeAsync(transaction, subscription, id)))
        {
            if (!isOurs)
            {
                await alerts.RaiseAsync(transaction, new AlertReport(
                    DisputeCause(id),
                    AlertSeverity.Critical,
                    subscription,
                    $"A payment for subscription {subscription} is disputed ({dispute.Reason ?? "no reason given"}, {status}); its agent is stopped.",
                    $"Answer dispute {id} in Stripe's dashboard before its deadline. Won, the agent starts again by itself; if it is lost, cancel the subscription in Stripe, which resolves this."));
            }

            await looks.HintAsync(transaction, subscription);
        }
    }

    private async Task ConvergeAsync(Transaction transaction, string id, FollowState look)
    {
        // The agent before the subscription, in the order in which an agent's own end takes them.
        var agent = (look.Facts?.AgentId ?? look.Facts?.UnpaidAgentId) is { } agentId ? await AgentStore.LockAsync(transaction, agentId) : null;
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
        if (facts.UnpaidAgentId is not null)
        {
            await alerts.ResolveAsync(transaction, Cause(row.Id));
            return agent is null || verdict.Wanted != Wanted.Destroyed ? row : await EraseAsync(transaction, row, facts, agent, verdict.IsGivenUp);
        }

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
            Wanted.Destroyed => await DestroyAsync(transaction, row, facts, agent, verdict.IsGivenUp),
            _ => row,
        };
    }

    private async Task<SubscriptionRow> RunAsync(Transaction transaction, SubscriptionRow row, SubscriptionFacts facts, Agent agent)
    {
        if (agent.Status == AgentStatus.Error)
        {
            return await FailedAsync(transaction, row, facts, agent);
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

    private async Task<SubscriptionRow> DestroyAsync(Transaction transaction, SubscriptionRow row, SubscriptionFacts facts, Agent agent, bool isGivenUp)
    {
        await alerts.ResolveAsync(transaction, Cause(row.Id));
        await (row.Dispute is { } dispute ? alerts.ResolveAsync(transaction, DisputeCause(dispute)) : Task.CompletedTask);
        // First: what the agent's end sets off finds that the subscription is in hand already.
        row = await EndAsync(transaction, row, facts, agent, isGivenUp, $"Agent {agent.Id} was not paid for in time and is destroyed.");
        await lifecycle.DestroyAsync(transaction, agent.Id);
        return row;
    }

    /// <summary>The order's first payment failed, or the customer left before it arrived: what was ordered goes, and its secrets.</summary>
    private async Task<SubscriptionRow> EraseAsync(Transaction transaction, SubscriptionRow row, SubscriptionFacts facts, Agent agent, bool isGivenUp)
    {
        row = await EndAsync(transaction, row with { GivenUpAt = row.GivenUpAt ?? GivenUpNow(facts) }, facts, agent, isGivenUp, $"The first payment for agent {agent.Id} failed.");
        if (agent is { Status: AgentStatus.Draft, Wanted: Wanted.Nothing })
        {
            await CheckoutStore.EraseAsync(transaction, agent.Id);
            await lifecycle.DestroyAsync(transaction, agent.Id);
        }

        return row;
    }

    /// <summary>Has a subscription ended that pays for nothing, and what was paid for nothing given back, one after the other.</summary>
    private async Task<SubscriptionRow> EndAsync(Transaction transaction, SubscriptionRow row, SubscriptionFacts facts, Agent agent, bool isGivenUp, string why)
    {
        var owed = await RefundStore.FindOwedAsync(transaction, facts.PaidInVain);
        if (owed is not null || isGivenUp)
        {
            await looks.EndAsync(transaction, row.Id, new EndState
            {
                AgentId = agent.Id,
                Refund = owed,
                Why = owed is null ? why : $"Agent {agent.Id} was given up, and paid for after that.",
            });
        }

        return isGivenUp ? row with { GivenUpAt = row.GivenUpAt ?? GivenUpNow(facts) } : row;
    }

    private DateTimeOffset GivenUpNow(SubscriptionFacts facts) => (facts.SeenAt ?? time.GetUtcNow()) - Skew;

    /// <summary>Paid for, and in error. One that never ran is paid back at once; one that did is an operator's to mend.</summary>
    private async Task<SubscriptionRow> FailedAsync(Transaction transaction, SubscriptionRow row, SubscriptionFacts facts, Agent agent)
    {
        if (await OperationStore.AnySucceededAsync(transaction, agent.Id))
        {
            await alerts.RaiseAsync(transaction, new AlertReport(
                PaidAgents.Cause(agent.Id),
                AlertSeverity.Critical,
                agent.Id,
                $"Agent {agent.Id} is paid for by subscription {row.Id} and could not be made anew; everything was taken back. {agent.Error}",
                $"Mend what the error says and run 'slipway agent retry {agent.Id}', or cancel the subscription in Stripe and refund it. 'slipway operation show {agent.OperationId}' has the evidence."));
            return row;
        }

        await looks.EndAsync(transaction, row.Id, new EndState
        {
            AgentId = agent.Id,
            Refund = facts.Invoice,
            Why = $"Agent {agent.Id} was paid for and could not be provisioned.",
        });
        // Nothing is left of it; and closed, nobody can have it retried while the money goes back.
        await lifecycle.DestroyAsync(transaction, agent.Id);
        return row with { GivenUpAt = row.GivenUpAt ?? GivenUpNow(facts) };
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

    private static string DisputeCause(string dispute) => $"dispute:{dispute}";

    private static string Cause(string subscription) => $"payment:{subscription}";

    private static AlertReport PaidInVain(string subscription, string agentId, string why) => new(
        Cause(subscription),
        AlertSeverity.Critical,
        agentId,
        $"Subscription {subscription} is paid, and there is no agent for it. {why}",
        $"Mend what it says; it is looked at again every hour and with every event. Or cancel subscription {subscription} in Stripe and refund it, which resolves this.");
}
