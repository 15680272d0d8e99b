using Slipway.Blueprints;

namespace Slipway.Tests.Blueprints;

public sealed class SecretValidationTests
{
    private readonly Blueprint _blueprint = SampleBlueprint.Parse();

    [Fact]
    public void Good_secrets_pass_with_and_without_the_optional_ones()
    {
        Validate(("TOKEN", "abcd")).ShouldBeEmpty();
        Validate(("TOKEN", "abcd"), ("EXTRA", "anything on one line: \"'$` ü")).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void A_required_secret_that_is_missing_or_empty_is_asked_for_with_its_description(string? value) =>
        (value is null ? Validate() : Validate(("TOKEN", value)))
            .ShouldHaveSingleItem().ShouldBe(new SecretProblem("TOKEN", "TOKEN is missing: A token"));

    [Theory]
    [InlineData("abc")]
    [InlineData("abcdefghi")]
    [InlineData("x abcd x")]
    [InlineData("abcd\n")]
    [InlineData("abcd\nEVIL=1")]
    public void The_whole_value_must_match_the_pattern(string value) =>
        Validate(("TOKEN", value)).ShouldHaveSingleItem().Message.ShouldBe("TOKEN does not match its pattern ^[a-z]{4,8}$");

    [Theory]
    [InlineData("two\nlines")]
    [InlineData("bell\a")]
    [InlineData("nul\0")]
    public void Without_a_pattern_a_value_is_one_line_of_text(string value) =>
        Validate(("TOKEN", "abcd"), ("EXTRA", value)).ShouldHaveSingleItem().Name.ShouldBe("EXTRA");

    [Fact]
    public void A_JSON_null_is_a_secret_not_given()
    {
        var secrets = System.Text.Json.JsonSerializer.Deserialize<Dictionary<string, string>>("""{"TOKEN": null}""")!;

        _blueprint.ValidateSecrets(secrets).ShouldHaveSingleItem().Message.ShouldStartWith("TOKEN is missing");
    }

    [Fact]
    public void Half_a_surrogate_pair_is_refused() =>
        // Not a theory: the test runner would hand over something else.
        Validate(("TOKEN", "abcd"), ("EXTRA", "half \ud800 a pair")).ShouldHaveSingleItem().Message.ShouldContain("not well-formed text");

    [Fact]
    public void A_pattern_cannot_slip_out_of_its_anchors()
    {
        var problems = Should.Throw<BlueprintException>(() => SampleBlueprint.Parse(SampleBlueprint.With("'^[a-z]{4,8}$'", "'abcd)|(?:x'"))).Problems;

        problems.ShouldHaveSingleItem().Message.ShouldContain("'pattern' is not a usable regular expression");
    }

    [Fact]
    public void A_value_has_a_greatest_length() =>
        Validate(("TOKEN", "abcd"), ("EXTRA", new string('x', 20_000))).ShouldHaveSingleItem().Message.ShouldContain("longer than 16384");

    [Fact]
    public void An_unknown_secret_is_refused_with_what_was_probably_meant() =>
        Validate(("TOKEN", "abcd"), ("EXTRA_", "x")).ShouldHaveSingleItem().Message
            .ShouldBe("blueprint sample has no secret EXTRA_; did you mean 'EXTRA'?");

    [Fact]
    public void C6_no_message_repeats_a_value_even_when_name_and_value_were_swapped()
    {
        var problems = Validate(("TOKEN", "S3CRETVALUE"), ("EXTRA", "S3CRETVALUE\n"), ("S3CRETVALUE", "TOKEN"));

        problems.Count.ShouldBe(3);
        problems.ShouldAllBe(problem => !problem.ToString().Contains("S3CRETVALUE", StringComparison.Ordinal));
    }

    [Fact]
    public void S2_half_a_login_is_refused()
    {
        var rachel = ShippedBlueprintsTests.Shipped.Get("rachel8");

        var problems = rachel.ValidateSecrets(new Dictionary<string, string>
        {
            ["TELEGRAM_BOT_TOKEN"] = "123456789:AAExampleExampleExampleExampleExample",
            ["OWNER_TELEGRAM_USER_ID"] = "123456789",
            ["CLAUDE_ACCESS_TOKEN"] = "an-access-token-of-some-length",
        });

        problems.Select(problem => problem.Name).ShouldBe(["CLAUDE_REFRESH_TOKEN", "CLAUDE_EXPIRES_AT", "CLAUDE_SCOPES"]);
        problems[0].Message.ShouldBe("CLAUDE_REFRESH_TOKEN is missing: /home/agent/.claude/.credentials.json needs it together with CLAUDE_ACCESS_TOKEN");
    }

    private IReadOnlyList<SecretProblem> Validate(params (string Name, string Value)[] secrets) =>
        _blueprint.ValidateSecrets(secrets.ToDictionary(secret => secret.Name, secret => secret.Value));
}
