using Slipway.Blueprints;

namespace Slipway.Tests.Blueprints;

public sealed class BlueprintParserTests
{
    [Fact]
    public void C3_a_blueprint_is_read_into_types()
    {
        var blueprint = SampleBlueprint.Parse();

        blueprint.Name.ShouldBe("sample");
        blueprint.Machine.ServerType.ShouldBe("cx23");
        blueprint.Machine.Locations.ShouldBe(["fsn1", "nbg1"]);
        blueprint.Packages.ShouldBe(["curl"]);
        blueprint.Setup.ShouldStartWith("set -e\n\nurl=");
        blueprint.Parameters.ShouldHaveSingleItem().Value.ShouldBe("https://example.test/a");
        blueprint.Secrets.Select(secret => (secret.Name, secret.Required)).ShouldBe([("TOKEN", true), ("EXTRA", false)]);
        blueprint.Files[1].ShouldBe(new BlueprintFile("/home/agent/extra.json", "agent:users", "0400", "{{ secrets.EXTRA | json }}\n"));
        blueprint.Health.Http.ShouldBe(new Uri("http://127.0.0.1:8080/health"));
    }

    [Fact]
    public void What_is_left_out_gets_the_safe_value()
    {
        var blueprint = SampleBlueprint.Parse();

        blueprint.Sudo.ShouldBeFalse();
        blueprint.Files[0].Owner.ShouldBe("agent:agent");
        blueprint.Files[0].Mode.ShouldBe("0600");
        blueprint.Health.Timeout.ShouldBe(TimeSpan.FromSeconds(60));
        blueprint.Health.Interval.ShouldBe(TimeSpan.FromSeconds(1));
        blueprint.Tailscale.ShouldBe(new TailscaleWish(Enabled: true, Ephemeral: false));
    }

    [Theory]
    [InlineData("tailscale: false", false, false)]
    [InlineData("tailscale: true", true, false)]
    [InlineData("tailscale: { ephemeral: true }", true, true)]
    [InlineData("tailscale: { enabled: false }", false, false)]
    public void T2_tailscale_is_a_word_or_a_section(string yaml, bool enabled, bool ephemeral) =>
        SampleBlueprint.Parse(SampleBlueprint.Yaml + "\n" + yaml).Tailscale.ShouldBe(new TailscaleWish(enabled, ephemeral));

    [Theory]
    [InlineData("500ms", 500)]
    [InlineData("5s", 5_000)]
    [InlineData("2m", 120_000)]
    public void A_time_is_written_with_its_unit(string text, int milliseconds) =>
        SampleBlueprint.Parse(SampleBlueprint.With("http: http://127.0.0.1:8080/health", $"command: 'true'\n  interval: 1ms\n  timeout: {text}"))
            .Health.Timeout.ShouldBe(TimeSpan.FromMilliseconds(milliseconds));

    [Fact]
    public void The_digest_does_not_depend_on_the_editor_but_on_every_character()
    {
        var digest = SampleBlueprint.Parse().Digest;

        digest.ShouldMatch("^[0-9a-f]{64}$");
        SampleBlueprint.Parse("\uFEFF" + SampleBlueprint.Yaml.ReplaceLineEndings("\r\n") + "\r\n\r\n").Digest.ShouldBe(digest);
        SampleBlueprint.Parse(SampleBlueprint.With("set -e", "set -x")).Digest.ShouldNotBe(digest);
    }

    [Fact]
    public void The_kept_text_reads_back_as_the_same_blueprint()
    {
        var blueprint = SampleBlueprint.Parse();

        SampleBlueprint.Parse(blueprint.Yaml).Digest.ShouldBe(blueprint.Digest);
    }
}
