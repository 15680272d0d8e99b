using System.CommandLine;

namespace Slipway.Cli.Options;

/// <summary><c>--secret KEY=VALUE | KEY=@file | KEY=-</c>. No message of this class repeats what was typed after the key.</summary>
internal static class SecretOption
{
    public static Option<string[]> Create() => new("--secret")
    {
        Description = Words.SecretOption,
        HelpName = "key=@file",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
    };

    public static Dictionary<string, string> Read(IReadOnlyList<string> typed, TextReader input)
    {
        var secrets = new Dictionary<string, string>(StringComparer.Ordinal);
        var inputTaken = false;
        for (var i = 0; i < typed.Count; i++)
        {
            var equals = typed[i].IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                throw new UsageException(Words.SecretWithoutKey(i + 1));
            }

            var (key, source) = (typed[i][..equals], typed[i][(equals + 1)..]);
            if (source == "-" && inputTaken)
            {
                throw new UsageException(Words.TwoSecretsFromInput);
            }

            inputTaken |= source == "-";
            if (!secrets.TryAdd(key, ReadValue(source, input)))
            {
                throw new UsageException(Words.SecretTwice(key));
            }
        }

        return secrets;
    }

    private static string ReadValue(string source, TextReader input) => source switch
    {
        "-" => WithoutLastLineBreak(input.ReadToEnd()),
        ['@', .. var path] => WithoutLastLineBreak(TextFile.Read(path)),
        _ => source,
    };

    // Editors and echo end a file with a line break that is no part of the secret.
    private static string WithoutLastLineBreak(string text) =>
        text.EndsWith("\r\n", StringComparison.Ordinal) ? text[..^2] : text.EndsWith('\n') ? text[..^1] : text;
}
