using YamlDotNet.RepresentationModel;

namespace Slipway.Blueprints;

/// <summary>One mapping of a blueprint. Every read reports what is wrong and goes on with something harmless.</summary>
internal sealed class BlueprintSection
{
    private readonly BlueprintSource _source;
    private readonly YamlMappingNode _node;
    private readonly string _name;

    /// <param name="source">Where problems are reported.</param>
    /// <param name="node">The mapping.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="keys">The keys it may have; null when they are names of the writer's choice.</param>
    public BlueprintSection(BlueprintSource source, YamlMappingNode node, string name, IReadOnlyList<string>? keys)
    {
        (_source, _node, _name) = (source, node, name);
        foreach (var key in node.Children.Keys)
        {
            if (key is not YamlScalarNode { Value: { } written })
            {
                source.Report(key, $"a key of {name} must be text");
            }
            else if (keys is not null && !keys.Contains(written))
            {
                source.Report(key, $"{name} has no '{written}'{Suggestion.For(written, keys)}");
            }
        }
    }

    public YamlMappingNode Node => _node;

    public bool Has(string key) => Find(key) is not null;

    /// <summary>The value as written, or null when it is missing or no text; reports nothing.</summary>
    public YamlScalarNode? Scalar(string key) => Find(key) as YamlScalarNode;

    /// <summary>The mapping as written, or null; reports nothing.</summary>
    public YamlMappingNode? Mapping(string key) => Find(key) as YamlMappingNode;

    /// <summary>Where to report something about a key: its value, or the mapping that should have it.</summary>
    public YamlNode At(string key) => Find(key) ?? _node;

    public string Text(string key, TextRule rule, string? fallback = null)
    {
        if (Find(key) is not { } node)
        {
            return fallback ?? Missing(key);
        }

        if (node is not YamlScalarNode { Value: { } value })
        {
            _source.Report(node, $"'{key}' must be {rule.Expectation}");
            return "";
        }

        return Check(node, key, value, rule) ? value : fallback ?? "";
    }

    public string? OptionalText(string key, TextRule rule) => Has(key) ? Text(key, rule) : null;

    public bool Flag(string key, bool fallback)
    {
        switch (Find(key))
        {
            case null:
                return fallback;
            case YamlScalarNode { Value: "true" }:
                return true;
            case YamlScalarNode { Value: "false" }:
                return false;
            case var other:
                _source.Report(other, $"'{key}' must be true or false");
                return fallback;
        }
    }

    public TimeSpan Duration(string key, TimeSpan fallback)
    {
        if (Find(key) is not { } node)
        {
            return fallback;
        }

        if (node is YamlScalarNode { Value: { } text } && BlueprintRules.TryParseDuration(text, out var duration))
        {
            return duration;
        }

        _source.Report(node, $"'{key}' must be a time with its unit, such as 500ms, 60s or 2m");
        return fallback;
    }

    public IReadOnlyList<string> Texts(string key, TextRule rule)
    {
        var texts = new List<string>();
        foreach (var node in Items(key))
        {
            if (node is not YamlScalarNode { Value: { } text })
            {
                _source.Report(node, $"'{key}' is a list of {rule.Expectation}");
            }
            else if (texts.Contains(text))
            {
                _source.Report(node, $"'{key}' has '{text}' twice");
            }
            else if (Check(node, key, text, rule))
            {
                texts.Add(text);
            }
        }

        return texts;
    }

    public IEnumerable<YamlNode> Items(string key)
    {
        switch (Find(key))
        {
            case null:
                return [];
            case YamlSequenceNode list:
                return list.Children;
            case var other:
                _source.Report(other, $"'{key}' must be a list");
                return [];
        }
    }

    public BlueprintSection? Section(string key, IReadOnlyList<string>? keys, bool required = false)
    {
        switch (Find(key))
        {
            case null:
                if (required)
                {
                    Missing(key);
                }

                return null;
            case YamlMappingNode mapping:
                return new BlueprintSection(_source, mapping, $"'{key}'", keys);
            case var other:
                _source.Report(other, $"'{key}' must be a mapping{(keys is null ? " of names" : $" with {string.Join(", ", keys)}")}");
                return null;
        }
    }

    /// <summary>The sections of a mapping whose keys are variable names.</summary>
    public IEnumerable<(string Name, BlueprintSection Section)> Named(string key, IReadOnlyList<string> keys)
    {
        if (Section(key, keys: null) is not { } section)
        {
            yield break;
        }

        foreach (var (name, value) in section._node.Children)
        {
            if (name is not YamlScalarNode { Value: { } text })
            {
                continue;
            }

            Check(name, key, text, BlueprintRules.VariableName);
            if (value is YamlMappingNode mapping)
            {
                yield return (text, new BlueprintSection(_source, mapping, $"'{text}'", keys));
            }
            else
            {
                _source.Report(value, $"'{text}' must be a mapping with {string.Join(", ", keys)}");
            }
        }
    }

    private YamlNode? Find(string key) => _node.Children.TryGetValue(new YamlScalarNode(key), out var value) ? value : null;

    private string Missing(string key)
    {
        _source.Report(_node, $"{_name} needs '{key}'");
        return "";
    }

    private bool Check(YamlNode node, string key, string value, TextRule rule)
    {
        if (rule.Allows(value))
        {
            return true;
        }

        var shown = value.Length is 0 or > 80 || value.Contains('\n', StringComparison.Ordinal) ? "" : $", not '{value}'";
        _source.Report(node, $"'{key}' must be {rule.Expectation}{shown}");
        return false;
    }
}
