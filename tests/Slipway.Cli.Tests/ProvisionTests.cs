using Slipway.Cli.Tests.Fakes;

namespace Slipway.Cli.Tests;

public sealed class ProvisionTests
{
    [Fact]
    public async Task H8_A_run_without_its_secrets_is_told_all_of_them_at_once()
    {
        var run = new CliRun(new Uri("http://127.0.0.1:1"));

        var result = await run.RunAsync("provision --job job-1 --callback-url http://slipway.example.com/callbacks/github");

        result.ExitCode.ShouldBe(ExitCodes.Usage);
        foreach (var name in (string[])["GITHUB_RUN_ID", "GITHUB_CALLBACK_SECRET", "HETZNER_API_TOKEN", "--callback-url must be an https address"])
        {
            result.Error.ShouldContain(name);
        }
    }
}
