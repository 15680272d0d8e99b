namespace Slipway.LocalCloud.Hetzner;

/// <summary>Carries out actions that no server waits for; the action tells how they ended.</summary>
internal sealed partial class BackgroundActions(HetznerProject project, ILogger<BackgroundActions> logger)
{
    /// <summary>Begins the work. Call it with the project's lock held.</summary>
    /// <returns>The action, and the end of the work, which never fails.</returns>
    public (HetznerAction Action, Task Ended) Begin(string command, Func<Task> work, params ActionResource[] resources)
    {
        var action = project.BeginAction(command, resources);
        return (action, Task.Run(() => RunAsync(action, work)));
    }

    /// <summary>Does again what a restart interrupted.</summary>
    /// <returns>The end of the work, which never fails.</returns>
    public Task Resume(HetznerAction action, Func<Task> work) => Task.Run(() => RunAsync(action, work));

    /// <summary>Does what nobody is told of, e.g. what follows from a delete that was answered.</summary>
    public Task BeginSilently(string what, Func<Task> work) => Task.Run(async () =>
    {
        try
        {
            await work();
        }
        catch (Exception failure)
        {
            Log.Failed(logger, what, failure);
        }
    });

    private async Task RunAsync(HetznerAction action, Func<Task> work)
    {
        ActionError? error = null;
        try
        {
            await work();
        }
        catch (Exception failure)
        {
            Log.Failed(logger, action.Command, failure);
            error = new ActionError("action_failed", failure.Message);
        }

        lock (project.Gate)
        {
            project.FinishAction(action.Id, error);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "{Command} failed")]
        public static partial void Failed(ILogger logger, string command, Exception failure);
    }
}
