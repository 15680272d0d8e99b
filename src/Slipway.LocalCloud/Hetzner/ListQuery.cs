using System.Globalization;
using Microsoft.Extensions.Primitives;

namespace Slipway.LocalCloud.Hetzner;

internal sealed record ListMeta(Pagination Pagination);

internal sealed record Pagination(int Page, int PerPage, int? PreviousPage, int? NextPage, int? LastPage, int? TotalEntries);

/// <summary>The query of a list: filters, order and page, the same for every resource.</summary>
internal sealed class ListQuery<T>(HttpContext context, IEnumerable<T> items)
{
    private const int DefaultPerPage = 25;
    private const int MaxPerPage = 50;

    private readonly Dictionary<string, Func<T, IComparable?>> _orders = new(StringComparer.Ordinal);
    private IEnumerable<T> _items = items;

    /// <summary>Keeps the items whose value is among the repeated parameter's.</summary>
    public ListQuery<T> Filter(string parameter, Func<T, string?> value)
    {
        var wanted = context.Request.Query[parameter];
        if (wanted.Count > 0)
        {
            _items = _items.Where(item => wanted.Contains(value(item), StringComparer.Ordinal));
        }

        return this;
    }

    public ListQuery<T> Labels(Func<T, IReadOnlyDictionary<string, string>> labels)
    {
        if (context.Request.Query["label_selector"] is [{ Length: > 0 } text, ..])
        {
            var selector = LabelSelector.Parse(text);
            _items = _items.Where(item => selector.Matches(labels(item)));
        }

        return this;
    }

    public ListQuery<T> Sortable(string field, Func<T, IComparable?> key)
    {
        _orders[field] = key;
        return this;
    }

    public (IReadOnlyList<T> Items, ListMeta Meta) Page()
    {
        var page = Number("page", 1);
        var perPage = Math.Min(Number("per_page", DefaultPerPage), MaxPerPage);
        var all = Sorted().ToList();
        var last = Math.Max(1, (all.Count + perPage - 1) / perPage);
        var pagination = new Pagination(
            page, perPage, page > 1 ? page - 1 : null, page < last ? page + 1 : null, last, all.Count);
        context.Response.Headers.Link = Link(pagination);
        return (all.Skip((page - 1) * perPage).Take(perPage).ToList(), new ListMeta(pagination));
    }

    /// <summary>Everything that passed the filters, for the one list without pages.</summary>
    public IEnumerable<T> All() => Sorted();

    private IEnumerable<T> Sorted()
    {
        IOrderedEnumerable<T>? sorted = null;
        foreach (var sort in context.Request.Query["sort"])
        {
            var parts = (sort ?? "").Split(':');
            if (parts.Length > 2 || !_orders.TryGetValue(parts[0], out var key) || (parts.Length == 2 && parts[1] is not ("asc" or "desc")))
            {
                throw HetznerFault.InvalidField("sort", $"Cannot sort by '{sort}'.");
            }

            var descending = parts is [_, "desc"];
            sorted = (sorted, descending) switch
            {
                (null, false) => _items.OrderBy(key),
                (null, true) => _items.OrderByDescending(key),
                ({ } before, false) => before.ThenBy(key),
                ({ } before, true) => before.ThenByDescending(key),
            };
        }

        return sorted ?? _items;
    }

    private int Number(string parameter, int standard)
    {
        var text = context.Request.Query[parameter];
        if (StringValues.IsNullOrEmpty(text))
        {
            return standard;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= 1_000_000
            ? number
            : throw HetznerFault.InvalidField(parameter, "Must be a positive number.");
    }

    private string Link(Pagination pagination)
    {
        List<(string Rel, int? Page)> targets =
            [("prev", pagination.PreviousPage), ("next", pagination.NextPage), ("last", pagination.LastPage)];
        return string.Join(", ", targets.Where(t => t.Page is not null).Select(t => $"<{Address(t.Page!.Value)}>; rel=\"{t.Rel}\""));
    }

    private string Address(int page)
    {
        var request = context.Request;
        var kept = request.Query.Where(p => p.Key != "page")
            .SelectMany(p => p.Value.Select(v => $"{Uri.EscapeDataString(p.Key)}={Uri.EscapeDataString(v ?? "")}"));
        return $"{request.Scheme}://{request.Host}{request.Path}?{string.Join('&', kept.Prepend($"page={page}"))}";
    }
}
