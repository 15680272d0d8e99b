namespace Slipway.Hetzner;

/// <summary>Builds label selectors, checked against Hetzner's rules: a wrong one would select something else, not nothing.</summary>
/// <example><c>LabelSelector.FromLabels(labels).Without("keep")</c> gives <c>app=shop,!keep</c>.</example>
public sealed record LabelSelector
{
    private readonly string _text;

    private LabelSelector(string text) => _text = text;

    /// <summary>Selects what has all these labels with these values.</summary>
    /// <param name="labels">At least one label.</param>
    /// <exception cref="ArgumentException">There is no label, or one breaks Hetzner's rules.</exception>
    public static LabelSelector FromLabels(IEnumerable<KeyValuePair<string, string>> labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        var all = labels.OrderBy(l => l.Key, StringComparer.Ordinal).ToList();
        if (all.Count == 0)
        {
            throw new ArgumentException("A selector of no labels would select everything; pass null to a list call if that is meant.", nameof(labels));
        }

        LabelRules.Check(all);
        return new LabelSelector(string.Join(',', all.Select(l => $"{l.Key}={l.Value}")));
    }

    /// <summary>Selects what has a label, whatever its value.</summary>
    /// <param name="key">The label's key.</param>
    /// <exception cref="ArgumentException">The key breaks Hetzner's rules.</exception>
    public static LabelSelector Having(string key)
    {
        LabelRules.CheckKey(key);
        return new LabelSelector(key);
    }

    /// <summary>And which also has this label with one of these values.</summary>
    /// <param name="key">The label's key.</param>
    /// <param name="values">At least one value.</param>
    /// <exception cref="ArgumentException">The key or a value breaks Hetzner's rules, or there is no value.</exception>
    public LabelSelector WithAny(string key, params IReadOnlyCollection<string> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentOutOfRangeException.ThrowIfZero(values.Count, nameof(values));
        LabelRules.Check(values.Select(v => KeyValuePair.Create(key, v)));
        return new LabelSelector($"{_text},{key} in ({string.Join(',', values)})");
    }

    /// <summary>And which does not have this label.</summary>
    /// <param name="key">The label's key.</param>
    /// <exception cref="ArgumentException">The key breaks Hetzner's rules.</exception>
    public LabelSelector Without(string key)
    {
        LabelRules.CheckKey(key);
        return new LabelSelector($"{_text},!{key}");
    }

    /// <summary>And which does not have this label with this value.</summary>
    /// <param name="key">The label's key.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="ArgumentException">The key or the value breaks Hetzner's rules.</exception>
    public LabelSelector Not(string key, string value)
    {
        LabelRules.Check([KeyValuePair.Create(key, value)]);
        return new LabelSelector($"{_text},{key}!={value}");
    }

    /// <summary>The selector in Hetzner's grammar.</summary>
    /// <param name="selector">The selector.</param>
    public static implicit operator string(LabelSelector selector)
    {
        ArgumentNullException.ThrowIfNull(selector);
        return selector._text;
    }

    /// <summary>The selector in Hetzner's grammar, such as <c>app=shop,!keep</c>.</summary>
    public override string ToString() => _text;

    internal static string? QueryOf(string? selector) =>
        string.IsNullOrEmpty(selector) ? null : $"label_selector={Uri.EscapeDataString(selector)}";
}
