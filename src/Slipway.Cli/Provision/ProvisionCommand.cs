using System.CommandLine;

namespace Slipway.Cli.Provision;

/// <summary>What the workflow at GitHub runs; nobody types it.</summary>
internal static class ProvisionCommand
{
    public static Command Create(CommandHost host)
    {
        var job = new Option<string>("--job") { Description = Words.JobOption, HelpName = "id", Required = true };
        var callback = new Option<string>("--callback-url") { Description = Words.CallbackOption, HelpName = "url", Required = true };
        var command = new Command("provision", Words.Provision) { job, callback };
        command.SetAction((parse, stop) => RunAsync(host.Environment, parse.GetRequiredValue(job), parse.GetRequiredValue(callback), stop));
        return command;
    }

    private static async Task<int> RunAsync(CliEnvironment environment, string job, string callback, CancellationToken stop)
    {
        if (ProvisionSettings.Read(environment, callback) is not { } settings)
        {
            return ExitCodes.Usage;
        }

        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
        var reports = new WorkflowReports(http, settings, job, environment.Time);
        using var run = new ProvisionRun(settings, reports, environment);
        try
        {
            await run.RunAsync(stop);
            return ExitCodes.Ok;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            var error = stop.IsCancellationRequested ? "The run was cancelled." : e.Message;
            await environment.Error.WriteLineAsync(Words.ProvisionFailed(run.Step, error));
            await reports.FailAsync(run.Step, error);
            return stop.IsCancellationRequested ? ExitCodes.Interrupted : ExitCodes.Error;
        }
    }
}
