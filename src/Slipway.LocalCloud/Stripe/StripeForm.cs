using System.Globalization;

namespace Slipway.LocalCloud.Stripe;

/// <summary>Stripe's form encoding: <c>a[b]</c> nests, <c>a[0][b]</c> and <c>a[]</c> list.</summary>
internal sealed class StripeForm(IFormCollection form)
{
    public static async Task<StripeForm> ReadAsync(HttpContext context) =>
        new(context.Request.HasFormContentType ? await context.Request.ReadFormAsync() : FormCollection.Empty);

    public string? Text(string name) => form.TryGetValue(name, out var value) && value.Count > 0 && value[0] != "" ? value[0] : null;

    public string Required(string name) => Text(name) ?? throw StripeFault.Required(name);

    public bool Has(string name) => form.ContainsKey(name);

    public long? Number(string name) => Text(name) is not { } text
        ? null
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new StripeFault(400, $"Invalid integer: {text}", "parameter_invalid_integer", name);

    public bool? Flag(string name) => Text(name) switch
    {
        null => null,
        "true" => true,
        "false" => false,
        var text => throw new StripeFault(400, $"Invalid boolean: {text}", null, name),
    };

    public string? OneOf(string name, params ReadOnlySpan<string> known) => Text(name) is not { } text || known.Contains(text)
        ? Text(name)
        : throw new StripeFault(400, $"Invalid {name}: must be one of {string.Join(", ", known.ToArray())}", null, name);

    /// <summary>Every <c>prefix[key]=value</c>.</summary>
    public Dictionary<string, string> Map(string prefix) => form
        .Where(p => p.Key.StartsWith(prefix + "[", StringComparison.Ordinal) && p.Key.EndsWith(']') && !p.Key[(prefix.Length + 1)..^1].Contains('['))
        .ToDictionary(p => p.Key[(prefix.Length + 1)..^1], p => p.Value.ToString(), StringComparer.Ordinal);

    /// <summary>The map with these changes; an empty value takes its key away.</summary>
    public IReadOnlyDictionary<string, string> Merge(string prefix, IReadOnlyDictionary<string, string> before)
    {
        var merged = new Dictionary<string, string>(before, StringComparer.Ordinal);
        foreach (var (key, value) in Map(prefix))
        {
            if (value.Length == 0)
            {
                merged.Remove(key);
            }
            else
            {
                merged[key] = value;
            }
        }

        return merged;
    }

    public IReadOnlyList<string> Texts(string name) =>
        [.. form.Where(p => p.Key == $"{name}[]" || p.Key.StartsWith($"{name}[", StringComparison.Ordinal)).SelectMany(p => p.Value).OfType<string>()];

    /// <summary>How many <c>name[0][…]</c>, <c>name[1][…]</c> there are.</summary>
    public int Count(string name)
    {
        var count = 0;
        while (form.Keys.Any(k => k.StartsWith(string.Create(CultureInfo.InvariantCulture, $"{name}[{count}]"), StringComparison.Ordinal)))
        {
            count++;
        }

        return count;
    }

    /// <summary>The same for the same fields, whatever their order.</summary>
    public string Fingerprint() => string.Join('&', form.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{p.Key}={p.Value}"));
}
