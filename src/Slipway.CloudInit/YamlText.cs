using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Slipway.CloudInit;

/// <summary>Writes YAML that a YAML 1.1 reader (cloud-init uses PyYAML) reads back as exactly the same strings.</summary>
internal sealed partial class YamlText
{
    private readonly StringBuilder _text = new();
    private readonly Emitter _emitter;

    public YamlText()
    {
        _emitter = new Emitter(new StringWriter(_text, CultureInfo.InvariantCulture) { NewLine = "\n" }, new EmitterSettings(bestIndent: 2, bestWidth: int.MaxValue, isCanonical: false, maxSimpleKeyLength: 1024, newLine: "\n")
            .WithIndentedSequences());
        _emitter.Emit(new StreamStart());
        _emitter.Emit(new DocumentStart(version: null, tags: null, isImplicit: true));
    }

    public void Mapping(Action content)
    {
        _emitter.Emit(new MappingStart(AnchorName.Empty, TagName.Empty, isImplicit: true, MappingStyle.Block));
        content();
        _emitter.Emit(new MappingEnd());
    }

    public void Key(string key) => Emit(key, ScalarStyle.Plain);

    public void Text(string key, string value)
    {
        Key(key);
        Text(value);
    }

    public void Text(string value) => Emit(value, IsBlock(value) ? ScalarStyle.Literal : IsPlain(value) ? ScalarStyle.Plain : ScalarStyle.DoubleQuoted);

    public void Literal(string key, string value)
    {
        Key(key);
        Emit(value, ScalarStyle.Plain);
    }

    public void List(string key, IEnumerable<string> values)
    {
        Key(key);
        List(values);
    }

    public void List(IEnumerable<string> values) => Sequence(SequenceStyle.Flow, () =>
    {
        foreach (var value in values)
        {
            Emit(value, IsPlain(value) ? ScalarStyle.Plain : ScalarStyle.DoubleQuoted);
        }
    });

    public void Lines(string key, IEnumerable<Action> items)
    {
        Key(key);
        Sequence(SequenceStyle.Block, () =>
        {
            foreach (var item in items)
            {
                item();
            }
        });
    }

    public override string ToString()
    {
        _emitter.Emit(new DocumentEnd(isImplicit: true));
        _emitter.Emit(new StreamEnd());
        return _text.ToString();
    }

    private void Sequence(SequenceStyle style, Action content)
    {
        _emitter.Emit(new SequenceStart(AnchorName.Empty, TagName.Empty, isImplicit: true, style));
        content();
        _emitter.Emit(new SequenceEnd());
    }

    private void Emit(string value, ScalarStyle style) =>
        _emitter.Emit(new Scalar(AnchorName.Empty, TagName.Empty, value, style, isPlainImplicit: true, isQuotedImplicit: true));

    // Plain only where no reader of any YAML version can see anything but a string; everything else is quoted.
    private static bool IsPlain(string value) => PlainWord().IsMatch(value) && !YamlOneDotOneWord().IsMatch(value);

    // A block keeps scripts readable. Text with odd white space or characters goes into double quotes, where escapes are exact.
    private static bool IsBlock(string value) =>
        value.Contains('\n') && value[0] is not ('\n' or ' ' or '\t') && !value.EndsWith("\n\n", StringComparison.Ordinal)
        && !WhiteSpaceAtLineEnd().IsMatch(value) && value.All(c => c is '\n' or '\t' or (>= ' ' and <= '~') or (>= '\u00A1' and < '\u2000'));

    [GeneratedRegex(@"\A[A-Za-z/][A-Za-z0-9_./@+-]*\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PlainWord();

    [GeneratedRegex(@"\A(y|n|yes|no|on|off|true|false|null)\z", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex YamlOneDotOneWord();

    [GeneratedRegex(@"[ \t](\n|\z)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex WhiteSpaceAtLineEnd();
}
