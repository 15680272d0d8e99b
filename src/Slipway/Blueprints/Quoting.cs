using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Slipway.Blueprints;

/// <summary>How a value is written so that the reader of the file gets back exactly that value, whatever is in it.</summary>
internal sealed record Quoting(string Name, Func<string, string> Apply)
{
    private static readonly Quoting[] All =
    [
        new("", value => value),
        new("json", value => $"\"{JsonEncodedText.Encode(value, JavaScriptEncoder.Default)}\""),
        new("shell", value => $"'{value.Replace("'", @"'\''", StringComparison.Ordinal)}'"),
        // systemd's EnvironmentFile= and a shell agree on this form.
        new("env", DoubleQuote),
    ];

    public static IReadOnlyList<string> Names { get; } = [.. All.Skip(1).Select(quoting => quoting.Name)];

    public static Quoting? Find(string name) => Array.Find(All, quoting => string.Equals(quoting.Name, name, StringComparison.Ordinal));

    private static string DoubleQuote(string value)
    {
        var result = new StringBuilder("\"");
        foreach (var character in value)
        {
            if (character is '"' or '\\' or '$' or '`')
            {
                result.Append('\\');
            }

            result.Append(character);
        }

        return result.Append('"').ToString();
    }
}
