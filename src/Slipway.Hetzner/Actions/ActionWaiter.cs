using System.Net;

namespace Slipway.Hetzner;

/// <summary>One wait for one action: it ends once, whatever comes first.</summary>
internal sealed class ActionWaiter(long id, DateTimeOffset since, IProgress<HetznerAction>? progress)
{
    private readonly TaskCompletionSource<HetznerAction> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private HetznerAction? _last;

    public long Id => id;

    public DateTimeOffset Since => since;

    /// <summary>When it is to be asked about (again); the poller's, read and written under its lock.</summary>
    public DateTimeOffset Due { get; set; }

    public string? Command => _last?.Command;

    public Task<HetznerAction> Result => _result.Task;

    public void Fail(Exception e) => _result.TrySetException(e);

    public void Cancel(CancellationToken cancellationToken) => _result.TrySetCanceled(cancellationToken);

    public void TimeOut(TimeSpan after)
    {
        var state = _last is null
            ? "Hetzner has not said anything about it"
            : $"it is '{_last.Status}' at {_last.Progress} %";
        Fail(new TimeoutException(
            $"Hetzner's action {_last?.Command} ({id}) did not end within {after.TotalSeconds:0.###} s: {state}. "
            + "It may still end; read the resource, or wait again with a longer time limit.".TrimStart()));
    }

    /// <summary>Takes an answer; <see langword="null"/> means the action was asked for and not in it.</summary>
    public void Hear(HetznerAction? action)
    {
        if (action is null)
        {
            Fail(new HetznerException(
                $"GET /actions does not know action {id} ({HetznerErrorCodes.NotFound}). Check that it belongs to this token's project.",
                HetznerErrorCodes.NotFound, HttpStatusCode.OK, "GET /actions"));
            return;
        }

        _last = action;
        try
        {
            progress?.Report(action);
        }
        catch (Exception e)
        {
            // One caller's broken progress display is that caller's failure, not everybody's.
            Fail(e);
            return;
        }

        if (action.Succeeded)
        {
            _result.TrySetResult(action);
        }
        else if (action.IsFinished)
        {
            Fail(new HetznerActionException(action));
        }
    }
}
