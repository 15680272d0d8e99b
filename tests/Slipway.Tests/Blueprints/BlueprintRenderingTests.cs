using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Slipway.Blueprints;
using Slipway.Secrets;
using Slipway.Testing;
using Slipway.Tests.Payments;

namespace Slipway.Tests.Blueprints;

public sealed class BlueprintRenderingTests
{
    [Fact]
    public void Values_replace_their_placeholders_and_nothing_else()
    {
        var blueprint = SampleBlueprint.WithContent("a {{secrets.A}} b {{ secrets.B }} c {{ parameters.P }} }} {x}\n");

        Render(blueprint, "1", "2").ShouldBe("a 1 b 2 c p }} {x}\n");
    }

    [Fact]
    public void Two_braces_can_be_written() =>
        Render(SampleBlueprint.WithContent("{{ '{{' }} secrets.A }}"), "1", "2").ShouldBe("{{ secrets.A }}");

    [Fact]
    public void A_value_that_looks_like_a_placeholder_stays_what_it_is() =>
        Render(SampleBlueprint.WithContent("{{ secrets.A }}|{{ secrets.B }}"), "{{ secrets.B }}", "b").ShouldBe("{{ secrets.B }}|b");

    [Fact]
    public void Any_value_is_put_in_exactly() => ForAnyValues((a, b) =>
        Render(SampleBlueprint.WithContent("<{{ secrets.A }}|{{ secrets.B }}|{{ secrets.A }}>"), a, b) == $"<{a}|{b}|{a}>");

    [Fact]
    public void Any_value_survives_JSON() => ForAnyValues((a, b) =>
    {
        using var document = JsonDocument.Parse(Render(SampleBlueprint.WithContent("{\"a\": {{ secrets.A | json }}, \"b\": {{ secrets.B | json }} }"), a, b));
        return document.RootElement.GetProperty("a").GetString() == a && document.RootElement.GetProperty("b").GetString() == b;
    });

    [Theory]
    [InlineData("shell")]
    [InlineData("env")]
    public void Any_value_survives_a_real_shell(string quoting)
    {
        using var directory = new TemporaryDirectory();
        var file = directory.File("values");
        var blueprint = SampleBlueprint.WithContent($"A={{{{ secrets.A | {quoting} }}}}\nB={{{{ secrets.B | {quoting} }}}}\n");
        ForAnyValues((a, b) =>
        {
            File.WriteAllText(file, Render(blueprint, a, b));
            return NodePackages.Execute("bash", directory.Path, ["--norc", "-c", ". ./values; printf '%s\\0%s' \"$A\" \"$B\""], "") == $"{a}\0{b}";
        });
    }

    [Fact]
    public void S2_a_file_is_not_written_when_all_its_secrets_are_absent()
    {
        var blueprint = SampleBlueprint.Parse();

        Paths(("TOKEN", "abcd")).ShouldBe(["/home/agent/.env"]);
        Paths(("TOKEN", "abcd"), ("EXTRA", "")).ShouldBe(["/home/agent/.env"]);
        Paths(("TOKEN", "abcd"), ("EXTRA", "x")).ShouldBe(["/home/agent/.env", "/home/agent/extra.json"]);

        IEnumerable<string> Paths(params (string, string)[] secrets) => blueprint.RenderFiles(Secrets(secrets)).Select(file => file.Path);
    }

    [Fact]
    public void C6_a_rendered_file_prints_without_its_content() =>
        SampleBlueprint.Parse().RenderFiles(Secrets(("TOKEN", "abcd")))[0].ToString().ShouldNotContain("abcd");

    [Fact]
    public void Secrets_that_do_not_fit_are_never_rendered()
    {
        var error = Should.Throw<ArgumentException>(() => SampleBlueprint.Parse().RenderFiles(Secrets(("TOKEN", "WRONG-VALUE"))));

        error.Message.ShouldContain("TOKEN does not match");
        error.Message.ShouldNotContain("WRONG-VALUE");
    }

    [Fact]
    public void A_parameter_from_configuration_changes_setup_and_digest_but_not_the_kept_text()
    {
        var shipped = SampleBlueprint.Parse();

        var own = shipped.WithParameters(new Dictionary<string, string> { ["URL"] = "https://mirror.test/it's" });

        shipped.RenderSetup().ShouldBe("set -e\n\nurl='https://example.test/a'\n");
        own.RenderSetup().ShouldBe("set -e\n\nurl='https://mirror.test/it'\\''s'\n");
        own.Yaml.ShouldBe(shipped.Yaml);
        own.Digest.ShouldNotBe(shipped.Digest);
        shipped.WithParameters(new Dictionary<string, string>()).Digest.ShouldBe(shipped.Digest);
    }

    [Fact]
    public void Wrong_parameters_are_reported_together()
    {
        var error = Should.Throw<BlueprintException>(() => SampleBlueprint.Parse().WithParameters(
            new Dictionary<string, string> { ["URLL"] = "x", ["URL"] = "two\nlines" }));

        error.Problems.Count.ShouldBe(2);
        error.Message.ShouldContain("did you mean 'URL'?");
    }

    private static string Render(Blueprint blueprint, string a, string b) =>
        blueprint.RenderFiles(Secrets(("A", a), ("B", b))).Single(file => file.Path == "/file").Content.Reveal();

    private static Dictionary<string, Secret> Secrets(params (string Name, string Value)[] secrets) =>
        secrets.ToDictionary(secret => secret.Name, secret => new Secret(secret.Value));

    private static void ForAnyValues(Func<string, string, bool> holds)
    {
        // Mostly the characters that mean something to somebody, with every other kind mixed in.
        var character = Gen.OneOf(
            Gen.Elements("'", "\"", "\\", "$", "`", "\n", "\r", "\t", " ", "#", "!", "=", "{", "}", "{{ secrets.A }}", "$(id)", "ü", "😀", "\u2028", "<"),
            Gen.Choose(1, 0xD7FF).Select(code => ((char)code).ToString()));
        var value = Gen.NonEmptyListOf(character).Select(parts => string.Concat(parts)).ToArbitrary();
        Prop.ForAll(value, value, holds).QuickCheckThrowOnFailure();
    }
}
