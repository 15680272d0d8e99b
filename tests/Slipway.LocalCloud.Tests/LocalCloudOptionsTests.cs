using Microsoft.Extensions.Configuration;
using Slipway.Testing;

namespace Slipway.LocalCloud.Tests;

public sealed class LocalCloudOptionsTests
{
    [Fact]
    public void The_command_line_sets_every_option()
    {
        var options = Read(
            "--urls", "http://127.0.0.1:1", "--machines", "nspawn", "--clock", "scaled:60", "--hetzner-token", "t", "--rate-limit", "7", "--locations", "hel1",
            "--tailscale-client-id", "i", "--tailscale-client-secret", "s", "--tailscale-octet", "9", "--tailscale-client-scopes", "all", "--tailscale-client-tags", "tag:a", "--tailscale-used-keys", "invalid", "--github-token", "g", "--stripe-api-key", "k",
            "--stripe-webhook-secret", "w", "--stripe-webhook-url", "http://x/", "--create-time", "1", "--start-time", "2",
            "--boot-time", "3", "--api-date", "2026-06-30", "--server-limit", "5", "--state-directory", "/d", "--state", "/s");

        options.Urls.ShouldBe("http://127.0.0.1:1");
        options.Machines.ShouldBe("nspawn");
        options.Clock.ShouldBe("scaled:60");
        options.HetznerToken.ShouldBe("t");
        options.RateLimit.ShouldBe(7);
        options.Locations.ShouldBe("hel1");
        options.TailscaleClientId.ShouldBe("i");
        options.TailscaleClientSecret.ShouldBe("s");
        options.TailscaleOctet.ShouldBe(9);
        options.TailscaleClientScopes.ShouldBe("all");
        options.TailscaleClientTags.ShouldBe("tag:a");
        options.TailscaleUsedKeys.ShouldBe("invalid");
        options.GitHubToken.ShouldBe("g");
        options.StripeApiKey.ShouldBe("k");
        options.StripeWebhookSecret.ShouldBe("w");
        options.StripeWebhookUrl.ShouldBe("http://x/");
        options.CreateTime.ShouldBe(TimeSpan.FromMilliseconds(1));
        options.StartTime.ShouldBe(TimeSpan.FromMilliseconds(2));
        options.BootTime.ShouldBe(TimeSpan.FromMilliseconds(3));
        options.ApiDate.ShouldBe(new DateOnly(2026, 6, 30));
        options.ServerLimit.ShouldBe(5);
        options.StateDirectory.ShouldBe("/d");
        options.State.ShouldBe("/s");
    }

    [Fact]
    public void H8_all_mistakes_are_told_at_once()
    {
        var mistakes = Should.Throw<LocalCloudOptionsException>(
            () => Read("--rate-limit", "many", "--tailscale-octet", "256", "--boot-time", "-1", "--api-date", "yesterday", "--clock", "fast", "--tailscale-used-keys", "lost", "--state", "", "--colour", "red"));

        mistakes.Message.ShouldContain("--rate-limit is 'many'");
        mistakes.Message.ShouldContain("--tailscale-octet is '256'");
        mistakes.Message.ShouldContain("--boot-time is '-1'");
        mistakes.Message.ShouldContain("--api-date is 'yesterday'");
        mistakes.Message.ShouldContain("--tailscale-used-keys is 'lost'");
        mistakes.Message.ShouldContain("--clock is 'fast'");
        mistakes.Message.ShouldContain("--state is ''");
        mistakes.Message.ShouldContain("--colour is not an option");
    }

    [Fact]
    public async Task An_unknown_driver_is_refused_by_name()
    {
        var mistake = await Should.ThrowAsync<LocalCloudOptionsException>(() => LocalCloudHost.StartAsync(
            new LocalCloudOptions { Urls = "http://127.0.0.1:0", Machines = "qemu" }, new ManualTimeProvider()));

        mistake.Message.ShouldBe("unknown driver qemu; use simulated or nspawn");
    }

    private static LocalCloudOptions Read(params string[] arguments) =>
        LocalCloudOptions.Read(new ConfigurationBuilder().AddCommandLine(arguments).Build());
}
