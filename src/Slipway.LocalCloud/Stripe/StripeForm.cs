using System.Globalization;

namespace Slipway.LocalCloud.Stripe;

/// <summary>Stripe's form encoding: <c>a[b]</c> nests, <c>a[0][b]</c> lists.</summary>
internal sealed class StripeForm(IFormCollection form)
{
    public string? Text(string name) => form.TryGetValue(name, out var value) && value.Count > 0 && value[0] != "" ? value[0] : null;

    public string Required(string name) => Text(name) ?? throw StripeFault.Required(name);

    /// <summary>Every <c>prefix[key]=value</c>.</summary>
    public Dictionary<string, string> Map(string prefix) => form
        .Where(p => p.Key.StartsWith(prefix + "[", StringComparison.Ordinal) && p.Key.EndsWith(']') && !p.Key[(prefix.Length + 1)..^1].Contains('['))
        .ToDictionary(p => p.Key[(prefix.Length + 1)..^1], p => p.Value.ToString(), StringComparer.Ordinal);

    public List<(string Price, long Quantity)> LineItems()
    {
        var items = new List<(string, long)>();
        while (Text($"line_items[{items.Count}][price]") is { } price)
        {
            var quantity = Text($"line_items[{items.Count}][quantity]") ?? "1";
            items.Add((price, long.TryParse(quantity, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n > 0
                ? n
                : throw new StripeFault(400, $"Invalid positive integer: {quantity}", "parameter_invalid_integer", $"line_items[{items.Count}][quantity]")));
        }

        return items.Count > 0 ? items : throw StripeFault.Required("line_items[0][price]");
    }
}
