using System.Globalization;
using System.Text;

namespace Slipway.Hetzner.Http;

/// <summary>A query string in Hetzner's form: what is <see langword="null"/> is left out, lists repeat their name (<c>status=off&amp;status=running</c>).</summary>
internal sealed class Query
{
    private readonly StringBuilder _text = new();

    public Query Add(string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            _text.Append(_text.Length == 0 ? "" : "&").Append(name).Append('=').Append(Uri.EscapeDataString(value));
        }

        return this;
    }

    public Query Add(string name, bool? value) => Add(name, value switch { true => "true", false => "false", _ => null });

    public Query AddEach(string name, IEnumerable<string> values) => values.Aggregate(this, (query, value) => query.Add(name, value));

    public Query AddEach(string name, IEnumerable<long> values) => AddEach(name, values.Select(v => v.ToString(CultureInfo.InvariantCulture)));

    public override string ToString() => _text.ToString();
}
