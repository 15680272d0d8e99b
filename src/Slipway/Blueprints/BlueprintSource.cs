using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace Slipway.Blueprints;

/// <summary>A blueprint's text while it is read: knows where in the file a node is, and collects what is wrong.</summary>
internal sealed class BlueprintSource(string file, string text)
{
    private const int MaximumLength = 256 * 1024;
    private const int MaximumDepth = 16;

    private readonly string[] _lines = text.Split('\n');
    private readonly List<BlueprintProblem> _problems = [];
    private Mark _reached = new(0, 1, 1);

    public IReadOnlyList<BlueprintProblem> Problems =>
        [.. _problems.Distinct().OrderBy(problem => problem.Line).ThenBy(problem => problem.Column)];

    public void Report(YamlNode node, string message) => Report(node.Start, message);

    /// <summary>Reports something inside a text value, on its own line when the value is a <c>|</c> block.</summary>
    public void Report(YamlScalarNode node, int offset, string message)
    {
        var value = node.Value ?? "";
        var lineNumber = (int)node.Start.Line + 1 + value.AsSpan(0, offset).Count('\n');
        if (node.Style == ScalarStyle.Literal && lineNumber <= _lines.Length)
        {
            var lineStart = offset == 0 ? 0 : value.LastIndexOf('\n', offset - 1) + 1;
            var lineEnd = value.IndexOf('\n', offset) is var end and >= 0 ? end : value.Length;
            var indentation = _lines[lineNumber - 1].Length - (lineEnd - lineStart);
            Add(lineNumber, Math.Max(0, indentation) + offset - lineStart + 1, message);
        }
        else
        {
            Report(node.Start, message);
        }
    }

    public YamlMappingNode? ReadDocument()
    {
        try
        {
            if (!IsReasonable())
            {
                return null;
            }

            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            if (stream.Documents is [var document, ..])
            {
                if (stream.Documents.Count > 1)
                {
                    Report(stream.Documents[1].RootNode, "a file holds one blueprint; move the second document to a file of its own");
                }

                if (document.RootNode is YamlMappingNode root)
                {
                    return root;
                }
            }

            Add(1, 1, "a blueprint is a mapping that starts with 'blueprint: <name>'");
        }
        catch (YamlException error)
        {
            Report(error.Start, $"this is not YAML: {error.Message}");
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException or FormatException or IndexOutOfRangeException)
        {
            // Some broken texts throw YamlDotNet's scanner off its own rails; what was read last is near the place.
            Report(_reached, "this is not YAML: it cannot be read beyond this place");
        }

        return null;
    }

    /// <summary>Loading a tree recurses, so its depth is measured first: a stack overflow cannot be caught.</summary>
    private bool IsReasonable()
    {
        if (text.Length > MaximumLength)
        {
            Add(1, 1, string.Create(CultureInfo.InvariantCulture, $"the file has {text.Length} characters; a blueprint may have {MaximumLength}"));
            return false;
        }

        var parser = new Parser(new StringReader(text));
        var depth = 0;
        while (parser.MoveNext())
        {
            _reached = parser.Current!.End;
            depth += parser.Current.NestingIncrease;
            if (depth > MaximumDepth)
            {
                Report(parser.Current.Start, $"the file is nested deeper than {MaximumDepth} levels");
                return false;
            }

            if (parser.Current is AnchorAlias)
            {
                Report(parser.Current.Start, "a blueprint has no aliases; write the value out");
                return false;
            }
        }

        return true;
    }

    private void Report(Mark mark, string message) => Add((int)mark.Line, (int)mark.Column, message);

    private void Add(int line, int column, string message) => _problems.Add(new BlueprintProblem(file, line, column, message));
}
