using System.Diagnostics;
using Slipway.LocalCloud.Tests.Support;

namespace Slipway.LocalCloud.Tests.Commands;

/// <summary>The program itself, as somebody types it.</summary>
public sealed class SideChannelCommandTests
{
    [Fact]
    public async Task Faults_are_added_listed_and_cleared_from_a_terminal()
    {
        await using var cloud = await TestCloud.StartAsync();
        var url = cloud.BaseUrl.ToString();

        (await RunAsync("faults", "add", "gateway_timeout", "--route", "POST /v1/servers", "--done", "yes", "--url", url))
            .ShouldBe((0, "f1 gateway_timeout\n", ""));
        (await cloud.PostAsync("/v1/servers", TestCloud.Order("agent-1"))).Status.ShouldBe(504);
        (await RunAsync("faults", "list", "--url", url)).Output
            .ShouldBe("f1 gateway_timeout --route 'POST /v1/servers' --done 'yes' (struck 1, 0 left)\n");
        (await RunAsync("faults", "clear", "f1", "--url", url)).Code.ShouldBe(0);
        (await RunAsync("faults", "clear", "f1", "--url", url)).Errors.ShouldContain("there is no fault 'f1'");
        (await RunAsync("faults", "kinds", "--url", url)).Output.ShouldContain("lost_answer: The request is carried out");
    }

    [Fact]
    public async Task The_clock_is_told_and_moved_from_a_terminal()
    {
        await using var cloud = await SteppedCloud.StartAsync();
        var url = cloud.Http.BaseAddress!.ToString();

        (await RunAsync("clock", "--url", url)).Output.ShouldBe("2026-11-21T09:00:00+00:00 (stepped, 0 × real time)\n");
        (await RunAsync("clock", "advance", "1.00:00:00", "--url", url)).Output.ShouldStartWith("2026-11-22T09:00:00");
    }

    [Fact]
    public async Task What_is_no_command_says_what_is()
    {
        var (code, _, errors) = await RunAsync("faults", "explode");

        code.ShouldBe(2);
        errors.ShouldContain("'faults explode' is no command.");
        errors.ShouldContain("slipway-local faults add <kind>");
        (await RunAsync("clock", "--url", "http://127.0.0.1:9")).Errors.ShouldContain("No LocalCloud answers at http://127.0.0.1:9/");
    }

    private static async Task<(int Code, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        var program = Path.ChangeExtension(typeof(LocalCloudHost).Assembly.Location, null) + ".dll";
        using var process = Process.Start(new ProcessStartInfo("dotnet", ["exec", program, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        return (process.ExitCode, await output, await errors);
    }
}
