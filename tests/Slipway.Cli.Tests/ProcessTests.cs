using System.Diagnostics;
using Slipway.Cli.Tests.Fakes;

namespace Slipway.Cli.Tests;

/// <summary>The tool as a process: what only the operating system can show.</summary>
public sealed class ProcessTests
{
    [Fact]
    public async Task A_real_interrupt_detaches_says_how_to_resume_and_exits_130()
    {
        await using var server = await FakeServer.StartAsync();
        var script = new EventScript().Sends(Samples.Success[..3]).ThenHangs();
        server.Answers("POST /v1/agents/agt-1/start", Samples.Busy, 202).Answers("GET /v1/operations/op-1", Samples.Provisioning);
        server.Responds("GET /v1/operations/op-1/events", script.PlayAsync);

        using var process = Start(server, "agent", "start", "agt-1");
        try
        {
            var error = process.StandardError.ReadToEndAsync();
            await script.Hanging.WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System);
            using var interrupt = Process.Start("kill", ["-INT", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);

            var words = await error;
            await process.WaitForExitAsync();
            process.ExitCode.ShouldBe(ExitCodes.Interrupted, words);
            words.ShouldContain("slipway operation watch op-1");
            server.ShouldBeFinished();
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }

    [Fact]
    public async Task It_reads_its_environment_and_writes_data_to_stdout_only()
    {
        await using var server = await FakeServer.StartAsync();
        server.Answers("GET /v1/agents/agt-1", Samples.Running);

        using var process = Start(server, "agent", "show", "agt-1");
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();

        process.ExitCode.ShouldBe(ExitCodes.Ok, await error);
        (await output).ShouldStartWith("id              agt-1\n");
        (await error).ShouldBeEmpty();
    }

    private static Process Start(FakeServer server, params string[] args)
    {
        var tool = Path.Combine(AppContext.BaseDirectory, "slipway.dll");
        // Whoever runs the tests in the background has interrupts ignored, and children inherit that; a terminal's do not.
        var start = new ProcessStartInfo("env", ["--default-signal=INT", "dotnet", tool, .. args])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
        };
        start.Environment["SLIPWAY_SERVER"] = server.Address.AbsoluteUri;
        start.Environment["SLIPWAY_TOKEN"] = FakeServer.Token;
        return Process.Start(start)!;
    }
}
