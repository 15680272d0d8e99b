using System.Text;
using System.Text.RegularExpressions;

namespace Slipway.Blueprints;

internal enum PlaceholderKind
{
    Secret,
    Parameter,
}

/// <summary><c>{{ secrets.NAME }}</c> or <c>{{ parameters.NAME }}</c>, with <c>| json</c>, <c>| shell</c> or <c>| env</c> where the value is to be quoted.</summary>
internal sealed record Placeholder(PlaceholderKind Kind, string Name, Quoting Quoting, int Offset, string Written);

/// <summary>Something in double braces that is no placeholder.</summary>
internal sealed record TemplateProblem(int Offset, string Message);

/// <summary>A text with placeholders, taken apart once. Values are put in as they are and never looked at for placeholders themselves.</summary>
internal sealed partial class Template
{
    private readonly List<(string Literal, Placeholder? Placeholder)> _parts = [];
    private readonly List<TemplateProblem> _problems = [];

    private Template()
    {
    }

    public IEnumerable<Placeholder> Placeholders => _parts.Select(part => part.Placeholder).OfType<Placeholder>();

    public IReadOnlyList<TemplateProblem> Problems => _problems;

    public IReadOnlyList<string> SecretNames =>
        [.. Placeholders.Where(placeholder => placeholder.Kind == PlaceholderKind.Secret).Select(placeholder => placeholder.Name).Distinct(StringComparer.Ordinal)];

    public static Template Parse(string text)
    {
        var template = new Template();
        var position = 0;
        while (text.IndexOf("{{", position, StringComparison.Ordinal) is var open and >= 0)
        {
            template.AddLiteral(text[position..open]);
            var lineEnd = text.IndexOf('\n', open) is var end and >= 0 ? end : text.Length;
            var close = text.IndexOf("}}", open + 2, lineEnd - open - 2, StringComparison.Ordinal);
            position = close < 0 ? lineEnd : close + 2;
            template.AddPlaceholder(text[open..position], open, closed: close >= 0);
        }

        template.AddLiteral(text[position..]);
        return template;
    }

    public string Render(Func<Placeholder, string> value)
    {
        var result = new StringBuilder();
        foreach (var (literal, placeholder) in _parts)
        {
            result.Append(placeholder is null ? literal : placeholder.Quoting.Apply(value(placeholder)));
        }

        return result.ToString();
    }

    private void AddLiteral(string literal) => _parts.Add((literal, null));

    private void AddPlaceholder(string written, int offset, bool closed)
    {
        if (closed && EscapedBraces().IsMatch(written))
        {
            AddLiteral("{{");
        }
        else if (closed && PlaceholderForm().Match(written) is { Success: true } match)
        {
            var kind = match.Groups["kind"].Value == "secrets" ? PlaceholderKind.Secret : PlaceholderKind.Parameter;
            if (Quoting.Find(match.Groups["quoting"].Value) is { } quoting)
            {
                _parts.Add(("", new Placeholder(kind, match.Groups["name"].Value, quoting, offset, written)));
            }
            else
            {
                _problems.Add(new TemplateProblem(offset, $"{written}: after the bar comes one of {string.Join(", ", Quoting.Names)}{Suggestion.For(match.Groups["quoting"].Value, Quoting.Names)}"));
            }
        }
        else
        {
            _problems.Add(new TemplateProblem(offset,
                (closed ? $"{written} is not a placeholder" : "'{{' is not closed on its line")
                + "; write {{ secrets.NAME }} or {{ parameters.NAME }}, and {{ '{{' }} for two braces"));
        }
    }

    [GeneratedRegex(@"\A\{\{ *'\{\{' *\}\}\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex EscapedBraces();

    [GeneratedRegex(@"\A\{\{ *(?<kind>secrets|parameters)\.(?<name>[A-Za-z_][A-Za-z0-9_]*) *(?:\| *(?<quoting>[A-Za-z]*) *)?\}\}\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PlaceholderForm();
}
