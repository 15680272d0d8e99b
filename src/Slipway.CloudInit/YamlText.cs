using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Slipway.CloudInit;

/// <summary>
/// Writes the few shapes of YAML that cloud-config needs, so that a YAML 1.1 reader (cloud-init uses PyYAML) reads back exactly the same strings:
/// block mappings and lists, flow lists of words, and scalars that are plain, quoted, or literal blocks.
/// </summary>
internal sealed partial class YamlText
{
    private const int Step = 2;

    /// <summary>What no reader takes for anything but itself, wherever it stands between double quotes or in a block.</summary>
    private static readonly SearchValues<char> Printable =
        SearchValues.Create([.. Enumerable.Range(0, 0x2000).Select(c => (char)c).Where(c => c is '\n' or '\t' or (>= ' ' and <= '~') or >= '\u00A1')]);

    private readonly StringBuilder _text = new(capacity: 16 * 1024);
    private int _indent;
    private Place _place = Place.Line;

    private enum Place
    {
        /// <summary>At the start of a line.</summary>
        Line,

        /// <summary>Behind <c>key:</c>.</summary>
        Key,

        /// <summary>Behind the <c>-</c> of an item.</summary>
        Item,
    }

    /// <summary>Whether a text is fit to be read by people: no control characters but line feeds and tabs, nothing that readers disagree about.</summary>
    public static bool IsPrintable(string text) => !text.AsSpan().ContainsAnyExcept(Printable);

    public void Mapping(Action content)
    {
        var nested = _place != Place.Line;
        if (_place == Place.Key)
        {
            EndLine();
        }

        var before = _text.Length;
        _indent += nested ? Step : 0;
        content();
        _indent -= nested ? Step : 0;
        if (_text.Length == before)
        {
            _text.Append("{}\n");
        }
    }

    public void Key(string key)
    {
        // The first key of an item stands behind its dash.
        _text.Append(' ', _place == Place.Item ? 1 : _indent).Append(key).Append(':');
        _place = Place.Key;
    }

    public void Text(string key, string value)
    {
        Key(key);
        Text(value);
    }

    public void Text(string value)
    {
        if (IsBlock(value))
        {
            Block(value);
            return;
        }

        _text.Append(' ');
        Word(value);
        EndLine();
    }

    /// <summary>Writes a number or a truth value as it is.</summary>
    public void Literal(string key, string value)
    {
        Key(key);
        _text.Append(' ').Append(value);
        EndLine();
    }

    public void List(string key, IEnumerable<string> values)
    {
        Key(key);
        List(values);
    }

    public void List(IEnumerable<string> values)
    {
        var before = " [";
        foreach (var value in values)
        {
            _text.Append(before);
            Word(value);
            before = ", ";
        }

        _text.Append(']');
        EndLine();
    }

    public void Lines(string key, IEnumerable<Action> items)
    {
        Key(key);
        EndLine();
        _indent += Step;
        foreach (var item in items)
        {
            _text.Append(' ', _indent).Append('-');
            _place = Place.Item;
            item();
        }

        _indent -= Step;
    }

    public override string ToString() => _text.ToString();

    private void EndLine()
    {
        _text.Append('\n');
        _place = Place.Line;
    }

    private void Block(string value)
    {
        var ends = value.EndsWith('\n');
        _text.Append(ends ? " |" : " |-");
        var lines = value.AsSpan()[..(ends ? ^1 : ^0)];
        foreach (var line in lines.Split('\n'))
        {
            EndLine();
            _text.Append(' ', line.Start.Value == line.End.Value ? 0 : _indent + Step).Append(lines[line]);
        }

        EndLine();
    }

    private void Word(string value)
    {
        if (IsPlain(value))
        {
            _text.Append(value);
            return;
        }

        _text.Append('"');
        foreach (var rune in value.EnumerateRunes())
        {
            _ = rune.Value switch
            {
                '"' or '\\' => _text.Append('\\').Append((char)rune.Value),
                '\n' => _text.Append("\\n"),
                '\t' => _text.Append("\\t"),
                < 0x2000 when Printable.Contains((char)rune.Value) => _text.Append((char)rune.Value),
                _ => _text.Append(CultureInfo.InvariantCulture, $"\\U{rune.Value:X8}"),
            };
        }

        _text.Append('"');
    }

    // Plain only where no reader of any YAML version can see anything but a string; everything else is quoted.
    private static bool IsPlain(string value) => PlainWord().IsMatch(value) && !YamlOneDotOneWord().IsMatch(value);

    // A block keeps scripts readable. Text with odd white space or characters goes into double quotes, where escapes are exact.
    private static bool IsBlock(string value) =>
        value.Contains('\n') && value[0] is not ('\n' or ' ' or '\t') && value[^1] is not (' ' or '\t')
        && !value.EndsWith("\n\n", StringComparison.Ordinal) && !value.Contains(" \n", StringComparison.Ordinal) && !value.Contains("\t\n", StringComparison.Ordinal)
        && IsPrintable(value);

    [GeneratedRegex(@"\A[A-Za-z/][A-Za-z0-9_./@+-]*\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PlainWord();

    [GeneratedRegex(@"\A(y|n|yes|no|on|off|true|false|null)\z", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex YamlOneDotOneWord();
}
