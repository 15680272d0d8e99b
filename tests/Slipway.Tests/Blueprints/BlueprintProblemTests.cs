using Slipway.Blueprints;

namespace Slipway.Tests.Blueprints;

public sealed class BlueprintProblemTests
{
    public static TheoryData<string, string, int, string> Broken => new()
    {
        { "user: agent", "usr: agent", 7, "the blueprint has no 'usr'; did you mean 'user'?" },
        { "user: agent", "user: root", 7, "'user' must be a Linux user name other than root" },
        { "  image:", "  imaeg:", 5, "'machine' has no 'imaeg'; did you mean 'image'?" },
        { "blueprint: sample", "blueprint: other", 1, "its file must be other.yaml" },
        { "blueprint: sample", "blueprint: Sam_ple", 1, "lower-case letters" },
        { "description: A sample", "description: [A, sample]", 2, "'description' must be text" },
        { "[fsn1, nbg1]", "fsn1", 6, "'locations' must be a list" },
        { "[fsn1, nbg1]", "[]", 6, "needs at least one location" },
        { "[fsn1, nbg1]", "[fsn1, fsn1]", 6, "has 'fsn1' twice" },
        { "[curl]", "[curl, 'a; rm -rf /']", 8, "Debian package name" },
        { "{{ parameters.URL | shell }}", "{{ parameters.URL }}", 12, "{{ parameters.URL | shell }}, outside of quotes" },
        { "{{ parameters.URL | shell }}", "{{ parameters.ULR | shell }}", 12, "is not declared under 'parameters'; did you mean 'URL'?" },
        { "{{ parameters.URL | shell }}", "{{ parameters.URL | shell }}{{ secrets.TOKEN }}", 12, "{{ secrets.TOKEN }} cannot be here: setup travels in user_data" },
        { "{{ parameters.URL | shell }}", "{{ parameters.URL | shel }}", 12, "one of json, shell, env; did you mean 'shell'?" },
        { "  set -e", "  docker --format '{{.Names}}'", 10, "write {{ secrets.NAME }} or {{ parameters.NAME }}" },
        { "  set -e", "  echo {{ parameters.URL", 10, "'{{' is not closed on its line" },
        { "  URL:", "  Url:", 14, "capital letters" },
        { "default: https://example.test/a", "default: \"a\\nb\"", 16, "one line without control characters" },
        { "    default: https://example.test/a\n", "", 15, "'URL' needs 'default'" },
        { "'^[a-z]{4,8}$'", "'[a-z'", 20, "'pattern' is not a usable regular expression" },
        { "'^[a-z]{4,8}$'", @"'(a)\1'", 20, "back-references" },
        { "'^[a-z]{4,8}$'", "'((a{1000}){1000}){1000}'", 20, "'pattern' is not a usable regular expression" },
        { "example: abcd", "example: ABCD", 21, "the example of 'TOKEN' does not match its pattern" },
        { "required: false", "required: nope", 24, "'required' must be true or false" },
        { "path: /home/agent/.env", "path: /home/agent/../root/.env", 26, "an absolute, plain path" },
        { "path: /home/agent/.env", "path: home/agent/.env", 26, "an absolute, plain path" },
        { "path: /home/agent/.env", "path: /home//agent/.env", 26, "an absolute, plain path" },
        { "path: /home/agent/.env", "path: /home/agent/extra.json", 29, "has /home/agent/extra.json twice" },
        { "owner: agent:users", "owner: agent", 30, "user:group" },
        { "mode: \"0400\"", "mode: 400", 31, "four octal digits" },
        { "mode: \"0400\"", "mode: \"4755\"", 31, "four octal digits" },
        { "mode: \"0400\"", "mode: \"0440\"", 31, "/home/agent/extra.json holds secrets" },
        { "{{ secrets.TOKEN }}", "{{ secrets.TOKNE }}", 28, "is not declared under 'secrets'; did you mean 'TOKEN'?" },
        { "{{ secrets.TOKEN }}", "none", 18, "no file or credential uses the secret 'TOKEN'" },
        { "{{ parameters.URL | shell }}", "none", 14, "nothing uses the parameter 'URL'" },
        { "ExecStart=/bin/true", "ExecStart=/bin/true {{ secrets.TOKEN }}", 39, "every user of the machine can read a unit" },
        { "ExecStart=/bin/true", "# ExecStart=/bin/true", 36, "needs an ExecStart= in [Service]" },
        { "User=agent", "User=root", 36, "needs User=agent in [Service]" },
        { "WantedBy=multi-user.target", "#", 36, "needs a WantedBy= in [Install]" },
        { "  name: sample", "  name: sample.service", 35, "without '.service'" },
        { "http: http://127.0.0.1:8080/health", "http: http://example.test/health", 43, "an address of the machine itself" },
        { "http: http://127.0.0.1:8080/health", "timeout: 5s", 43, "needs either 'http' or 'command'" },
        { "http: http://127.0.0.1:8080/health", "http: http://127.0.0.1/\n  command: 'true'", 43, "not both" },
        { "http: http://127.0.0.1:8080/health", "command: 'true'\n  timeout: 60", 44, "a time with its unit" },
        { "http: http://127.0.0.1:8080/health", "command: 'true'\n  timeout: 1s\n  interval: 2s", 44, "longer than 'interval'" },
        { "http: http://127.0.0.1:8080/health", "command: 'true'\n  timeout: 2h", 44, "at most 30m" },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void A_mistake_is_reported_where_it_is(string old, string replacement, int line, string message)
    {
        var problems = Problems(SampleBlueprint.With(old, replacement));

        problems.ShouldContain(problem => problem.Line == line && problem.Message.Contains(message, StringComparison.Ordinal),
            $"expected line {line}: {message}\ngot:\n{string.Join('\n', problems)}");
    }

    [Fact]
    public void Every_mistake_is_reported_at_once()
    {
        var yaml = SampleBlueprint.Yaml
            .Replace("user: agent", "user: root", StringComparison.Ordinal)
            .Replace("[curl]", "7", StringComparison.Ordinal)
            .Replace("mode: \"0400\"", "mode: 777", StringComparison.Ordinal)
            .Replace("  name: sample", "  nam: sample", StringComparison.Ordinal);

        var problems = Problems(yaml);

        problems.Select(problem => problem.Line).ShouldBe([7, 8, 31, 35, 35, 36]);
        problems.ShouldBeUnique();
    }

    [Fact]
    public void The_column_points_at_the_placeholder_inside_a_text_block()
    {
        var problem = Problems(SampleBlueprint.With("{{ secrets.TOKEN }}", "{{ secrets.TOKNE }}")).First(problem => problem.Message.Contains("TOKNE", StringComparison.Ordinal));

        problem.ToString().ShouldStartWith("sample.yaml:28:13: {{ secrets.TOKNE }} is not declared");
    }

    [Theory]
    [InlineData("a: [")]
    [InlineData("blueprint: sample\nblueprint: sample\n")]
    [InlineData("blueprint: 'sample")]
    public void What_is_not_YAML_is_said_to_be_so(string yaml) =>
        Problems(yaml).ShouldHaveSingleItem().Message.ShouldStartWith("this is not YAML");

    [Theory]
    [InlineData("")]
    [InlineData("just text")]
    [InlineData("- a\n- list")]
    public void What_is_no_mapping_is_no_blueprint(string yaml) =>
        Problems(yaml).ShouldHaveSingleItem().Message.ShouldContain("starts with 'blueprint: <name>'");

    [Fact]
    public void A_deeply_nested_file_is_refused_instead_of_ending_the_process() =>
        Problems("a: " + new string('[', 100_000)).ShouldHaveSingleItem().Message.ShouldContain("nested deeper");

    [Fact]
    public void A_huge_file_is_refused() =>
        Problems("a: " + new string('x', 300_000)).ShouldHaveSingleItem().Message.ShouldContain("300004 characters");

    [Fact]
    public void Aliases_and_second_documents_are_refused()
    {
        Problems("a: &x 1\nb: *x").ShouldHaveSingleItem().Line.ShouldBe(2);
        Problems(SampleBlueprint.Yaml + "\n---\na: 1\n").ShouldHaveSingleItem().Message.ShouldContain("one blueprint");
    }

    [Fact]
    public void A_hostile_pattern_neither_hangs_the_parser_nor_the_check()
    {
        var blueprint = SampleBlueprint.Parse(SampleBlueprint.With("'^[a-z]{4,8}$'", "'^((a+)+)+$'").Replace("example: abcd", "example: aaaa", StringComparison.Ordinal));

        blueprint.ValidateSecrets(new Dictionary<string, string> { ["TOKEN"] = new string('a', 16_000) + "!" }).ShouldHaveSingleItem();
    }

    private static IReadOnlyList<BlueprintProblem> Problems(string yaml) =>
        Should.Throw<BlueprintException>(() => SampleBlueprint.Parse(yaml)).Problems;
}
