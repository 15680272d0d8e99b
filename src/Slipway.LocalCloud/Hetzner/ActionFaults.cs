using System.Globalization;
using Slipway.LocalCloud.FaultInjection;

namespace Slipway.LocalCloud.Hetzner;

/// <summary>Does an action's work, or what a fault makes of it.</summary>
internal static class ActionFaults
{
    /// <returns>The error the action ends with; null when it succeeded.</returns>
    public static async Task<ActionError?> WorkAsync(
        Faults faults, TimeProvider time, Server server, long actionId, string command, bool isFirstStart, Func<Server, CancellationToken, Task> work)
    {
        bool Meant(Fault fault) =>
            fault.Means("action", command) && fault.Means("server", server.Name, server.Id.ToString(CultureInfo.InvariantCulture));

        // One that a restart interrupted is still held by what held it.
        if ((faults.All.FirstOrDefault(f => f.Holds.ContainsKey(actionId)) ?? faults.Take("action_stuck", Meant)) is { } stuck)
        {
            stuck.Holds[actionId] = true;
            if (stuck.Text("done") == "yes")
            {
                await work(server, server.Deleted);
                await StayAsync(stuck, actionId, time, server.Deleted);
                return null;
            }

            await StayAsync(stuck, actionId, time, server.Deleted);
        }

        if (faults.Take("action_fails", Meant) is { } fails)
        {
            return new ActionError(fails.Text("code")!, fails.Text("text")!);
        }

        if (isFirstStart && faults.Take("server_left_off", Meant) is { } leftOff)
        {
            return leftOff.Text("start_action") == "success" ? null : new ActionError("action_failed", "Unknown Error (unknown_error)");
        }

        await work(server, server.Deleted);
        return null;
    }

    private static async Task StayAsync(Fault stuck, long actionId, TimeProvider time, CancellationToken deleted)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stuck.TakenBack, deleted);
        var patience = stuck.Number("seconds") is > 0 and var seconds ? TimeSpan.FromSeconds(seconds) : Timeout.InfiniteTimeSpan;
        try
        {
            await Task.Delay(patience, time, either.Token);
        }
        catch (OperationCanceledException) when (!deleted.IsCancellationRequested)
        {
            // Taken back: it goes on.
        }

        stuck.Holds.TryRemove(actionId, out _);
    }
}
