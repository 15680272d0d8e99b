using Slipway.Blueprints;
using Slipway.Secrets;

namespace Slipway.Tests.Blueprints;

/// <summary>What a unit becomes on its way to the machine.</summary>
public sealed class UnitRenderingTests
{
    [Fact]
    public void A_unit_is_hardened_unless_it_says_otherwise()
    {
        SampleBlueprint.Parse().RenderUnit().ShouldContain("[Service]\nNoNewPrivileges=yes\n");
        SampleBlueprint.Parse().RenderUnit().ShouldContain("ReadWritePaths=/home/agent\n");
        SampleBlueprint.Parse(SampleBlueprint.With("  name: sample", "  name: sample\n  hardening: strict")).RenderUnit().ShouldContain("MemoryDenyWriteExecute=yes\n");
        SampleBlueprint.Parse(SampleBlueprint.With("  name: sample", "  name: sample\n  hardening: none")).RenderUnit().ShouldNotContain("NoNewPrivileges");
    }

    [Fact]
    public void What_the_text_says_itself_counts_also_when_it_is_empty()
    {
        var unit = SampleBlueprint.Parse(SampleBlueprint.With("    User=agent", "    User=agent\n    NoNewPrivileges=no\n    RestrictAddressFamilies=")).RenderUnit().Split('\n');

        unit.Where(line => line.StartsWith("NoNewPrivileges", StringComparison.Ordinal)).ShouldBe(["NoNewPrivileges=no"]);
        unit.Where(line => line.StartsWith("RestrictAddressFamilies", StringComparison.Ordinal)).ShouldBe(["RestrictAddressFamilies="]);
    }

    [Fact]
    public void C6_a_credential_is_loaded_by_the_unit_only_when_it_was_given()
    {
        var blueprint = SampleBlueprint.Parse(SampleBlueprint.With("unit:\n", "credentials:\n  - { name: extra, content: 'it is {{ secrets.EXTRA }}' }\nunit:\n"));

        var given = blueprint.RenderCredentials(Secrets(("TOKEN", "abcd"), ("EXTRA", "x"))).ShouldHaveSingleItem();

        given.Content.Reveal().ShouldBe("it is x");
        given.ToString().ShouldNotContain("it is x");
        DropIn(blueprint, [given]).ShouldContain("LoadCredentialEncrypted=extra:/etc/credstore.encrypted/sample.extra\n");
        blueprint.RenderCredentials(Secrets(("TOKEN", "abcd"))).ShouldBeEmpty();
        DropIn(blueprint, []).ShouldNotContain("LoadCredential");
    }

    [Fact]
    public void S3_the_delay_that_an_older_systemd_does_not_know_is_waited_before_the_start()
    {
        DropIn(SampleBlueprint.Parse(), []).ShouldNotContain("NRestarts");
        var growing = SampleBlueprint.Parse(SampleBlueprint.With("    User=agent", "    User=agent\n    RestartSec=500ms\n    RestartSteps=4\n    RestartMaxDelaySec=1min"));

        DropIn(growing, []).ShouldContain("print (n < 2 ? 0 : n > 4 ? 59.5 : 0.5 * 120 ^ ((n - 1) / 4) - 0.5)");
    }

    [Theory]
    [InlineData("RestartSec=soon")]
    [InlineData("RestartSec=0")]
    [InlineData("RestartMaxDelaySec=1 week")]
    [InlineData("RestartMaxDelaySec=1min 20s")]
    public void A_delay_that_cannot_be_read_is_a_mistake(string line) =>
        Should.Throw<BlueprintException>(() => SampleBlueprint.Parse(SampleBlueprint.With("    User=agent", "    User=agent\n    " + line)))
            .Message.ShouldContain(line[..line.IndexOf('=', StringComparison.Ordinal)] + "= must be a number above 0");

    private static string DropIn(Blueprint blueprint, IReadOnlyList<RenderedCredential> credentials) => blueprint.RenderUnitFiles(credentials)[1].Content.Reveal();

    private static Dictionary<string, Secret> Secrets(params (string Name, string Value)[] secrets) => secrets.ToDictionary(s => s.Name, s => new Secret(s.Value));
}
