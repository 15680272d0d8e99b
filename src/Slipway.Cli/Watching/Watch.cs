using Slipway.Client;

namespace Slipway.Cli.Watching;

/// <summary>How watching ended, and what was known then.</summary>
internal sealed record Watched(int ExitCode, AgentResource? Agent, OperationResource? Operation)
{
    public bool SawTheEnd => ExitCode is ExitCodes.Ok or ExitCodes.Error or ExitCodes.RolledBack;
}

/// <summary>
/// Follows operations until there is nothing left to follow. Whatever ends it early (the time limit, Ctrl-C, a lost server), the
/// operation goes on and the words say how to look again.
/// </summary>
internal sealed class Watch(Session session, TimeSpan? limit)
{
    private static readonly TimeSpan PaymentPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan SettlePause = TimeSpan.FromMilliseconds(500);

    private readonly IProgressView _view = session.Live ? new LiveProgress(session) : new PlainProgress(session);
    private AgentResource? _agent;
    private OperationResource? _operation;
    private StepBoard? _board;

    /// <summary>One operation, to its end.</summary>
    public Task<Watched> OperationAsync(string id, CancellationToken cancellationToken) => GuardAsync(
        async stop =>
        {
            await FollowAsync(id, stop);
            return ExitCodes.Of(_operation!);
        },
        cancellationToken);

    /// <summary>
    /// An agent until it is settled: the operation a wish started, and every other that keeps it busy after. With
    /// <paramref name="lastCounts"/> the last operation alone says how it went: a provisioning that was cancelled for a destroy is
    /// no failure of the destroy, but it is one of the order.
    /// </summary>
    public Task<Watched> AgentAsync(AgentResource agent, string? first, bool lastCounts, CancellationToken cancellationToken) => GuardAsync(
        async stop =>
        {
            _agent = agent;
            var result = ExitCodes.Ok;
            var next = first ?? (agent.Busy ? agent.Operation : null);
            var seen = new HashSet<string>();
            while (true)
            {
                if (next is not null && seen.Add(next))
                {
                    await FollowAsync(next, stop);
                    var code = ExitCodes.Of(_operation!);
                    result = lastCounts || result == ExitCodes.Ok ? code : result;
                }
                else if (_agent.Busy)
                {
                    await Task.Delay(SettlePause, session.Time, stop);
                }
                else if (AwaitsPayment(_agent))
                {
                    await WaitForPaymentAsync(stop);
                    next = _agent.Busy ? _agent.Operation : null;
                    continue;
                }
                else
                {
                    return seen.Count > 0 ? result : await JudgeSettledAsync(stop);
                }

                _agent = await session.Client.Agents.GetAsync(agent.Id, stop);
                next = _agent.Busy ? _agent.Operation : null;
            }
        },
        cancellationToken);

    private static bool AwaitsPayment(AgentResource agent) =>
        agent is { Status: "draft", Busy: false } && (agent.Wanted == "nothing" || agent.Operation is null);

    private async Task WaitForPaymentAsync(CancellationToken stop)
    {
        session.Say(Words.WaitingForPayment(_agent!.Id));
        while (AwaitsPayment(_agent))
        {
            await Task.Delay(PaymentPause, session.Time, stop);
            _agent = await session.Client.Agents.GetAsync(_agent.Id, stop);
        }
    }

    private async Task<int> JudgeSettledAsync(CancellationToken stop)
    {
        session.Say(Words.Settled(_agent!));
        if (_agent!.Operation is not { } last)
        {
            return _agent.Status == "error" ? ExitCodes.Error : ExitCodes.Ok;
        }

        _operation = await session.Client.Operations.GetAsync(last, stop);
        var code = ExitCodes.Of(_operation);
        return code == ExitCodes.Ok && _agent.Status == "error" ? ExitCodes.Error : code;
    }

    private async Task FollowAsync(string id, CancellationToken stop)
    {
        _board = null;
        _operation = await session.Client.Operations.GetAsync(id, stop);
        _board = new StepBoard(_operation.Steps);
        session.Say(Words.Following(_operation));
        _operation = await _view.ShowAsync(_operation, _board, session.Client.Operations.FollowAsync(id, 0, stop), stop);
        var words = Words.Ended(_operation, _board.FailedAt);
        if (ExitCodes.Of(_operation) == ExitCodes.Ok)
        {
            session.Say(words);
        }
        else
        {
            session.Complain(words);
        }
    }

    private async Task<Watched> GuardAsync(Func<CancellationToken, Task<int>> watch, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(limit ?? Timeout.InfiniteTimeSpan, session.Time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return new Watched(await watch(stop.Token), _agent, _operation);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            var asked = cancellationToken.IsCancellationRequested;
            session.Say(asked ? Words.Detached : Words.TimedOut(limit!.Value));
            return StoppedEarly(asked ? ExitCodes.Interrupted : ExitCodes.TimedOut);
        }
        catch (SlipwayException refusal)
        {
            session.Complain(Words.Refusal(refusal, session.Server));
            return StoppedEarly(ExitCodes.Of(refusal));
        }
    }

    private Watched StoppedEarly(int code)
    {
        var underWay = _operation is { Status: "running" };
        var undoing = underWay && (_board?.Undoing == true || _operation!.Direction == "undoing");
        if (undoing)
        {
            session.Say(Words.CleanUpGoesOn(_operation!));
        }

        if (Words.HowToResume(underWay ? _operation : null, _agent) is { } hint)
        {
            session.Say(hint);
        }

        return new Watched(undoing ? ExitCodes.CleanUpPending : code, _agent, _operation);
    }
}
