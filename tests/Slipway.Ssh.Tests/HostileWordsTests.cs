using System.Text;
using Slipway.Testing;

namespace Slipway.Ssh.Tests;

[Collection(SshServerCollection.Name)]
public sealed class HostileWordsTests(SshServer server)
{
    private static readonly string[] Fragments =
        ["'", "'", "\"", "\"", "\\", "$", "$(", "$((", "${a", "(", ")", "))", "}", "{", "#", " #", " ", "\n", "\\\n", "a", ":", ";", "=", ">", "<", "&&", "~", "!"];

    private static readonly string[] Payloads =
        ["x", "\n:>escaped\n", "$(:>escaped)", "';:>escaped;'", "\";:>escaped;\"", "`:>escaped`", ")\n:>escaped\n", "}\n:>escaped\n#", "' \n:>escaped #", "\\';:>escaped #"];

    [Theory]
    [InlineData(20261121)]
    [InlineData(42)]
    public async Task Hostile_words_arrive_exactly_through_a_real_remote_shell(int seed)
    {
        string[] words = [.. HostileWords.Known, .. HostileWords.Generate(seed, 500)];

        var result = await server.RunAsync(ShellCommand.Create($"printf '%s\\0' {words}"));

        result.Stdout.Split('\0')[..^1].ShouldBe(words);
    }

    [Fact]
    public async Task Hostile_words_arrive_exactly_through_shells_within_shells()
    {
        string[] words = [.. HostileWords.Known, .. HostileWords.Generate(7, 50)];
        var inner = ShellCommand.Create($"printf '%s\\0' {words} --name={words[6]}");

        var result = await server.RunAsync(ShellCommand.Create($"sh -c {ShellCommand.Create($"exec sh -c {inner}")}"));

        result.Stdout.Split('\0')[..^1].ShouldBe([.. words, "--name=" + words[6]]);
    }

    /// <summary>Random shell text around a hole: whatever is accepted must not let the value out of its word.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task No_accepted_text_lets_a_value_run(int seed)
    {
        using var directory = new TemporaryDirectory();
        var random = new Random(seed);
        var script = new StringBuilder("cd " + directory.Path + "\n");
        var accepted = 0;
        for (var i = 0; i < 4000; i++)
        {
            if (TryCreate(Text(random), Payloads[random.Next(Payloads.Length)], Text(random)) is { } text)
            {
                accepted++;
                script.Append($"sh -c {ShellCommandHandler.Quote(text)} </dev/null >/dev/null 2>&1; [ -e escaped ] && {{ printf '%s\\n---\\n' {ShellCommandHandler.Quote(text)}; rm -f escaped; }}\n");
            }
        }

        script.Append("true\n");
        await File.WriteAllTextAsync(directory.File("script"), script.ToString());
        var escaped = await Commands.RunAsync("env", "-i", "PATH=/usr/bin:/bin", "sh", directory.File("script"));

        escaped.ShouldBe("");
        accepted.ShouldBeGreaterThan(200);
    }

    private static string Text(Random random) =>
        string.Concat(Enumerable.Range(0, random.Next(0, 8)).Select(_ => Fragments[random.Next(Fragments.Length)]));

    private static string? TryCreate(string before, string value, string after)
    {
        try
        {
            var handler = new ShellCommandHandler(before.Length + after.Length, 1);
            handler.AppendLiteral(before);
            handler.AppendFormatted(value);
            handler.AppendLiteral(after);
            return ShellCommand.Create(ref handler).ToString();
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
