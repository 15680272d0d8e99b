using System.Globalization;

namespace Slipway.LocalCloud.Stripe;

/// <summary>Stripe's pages: the newest first, forward and back from an id.</summary>
internal static class StripePage
{
    /// <param name="query">The request's <c>limit</c>, <c>starting_after</c> and <c>ending_before</c>.</param>
    /// <param name="newestFirst">Everything there is.</param>
    /// <param name="id">What an element is named by.</param>
    /// <param name="url">The list's own address.</param>
    public static StripeList<T> Of<T>(IQueryCollection query, IEnumerable<T> newestFirst, Func<T, string> id, string url)
    {
        var limit = (int)Math.Clamp(Number(query["limit"], 10), 1, 100);
        var all = newestFirst.ToList();
        if (query["starting_after"] is [{ } after])
        {
            all = all.SkipWhile(e => id(e) != after).Skip(1).ToList();
        }

        if (query["ending_before"] is [{ } before])
        {
            all = all.TakeWhile(e => id(e) != before).ToList();
            return new StripeList<T>("list", all.Skip(Math.Max(0, all.Count - limit)).ToList(), all.Count > limit, url);
        }

        return new StripeList<T>("list", all.Take(limit).ToList(), all.Count > limit, url);
    }

    public static long Number(string? text, long standard) => string.IsNullOrEmpty(text)
        ? standard
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new StripeFault(400, $"Invalid integer: {text}", "parameter_invalid_integer");

    /// <summary>Whether a list's filter wants this; without the filter it does.</summary>
    public static bool Wants(IQueryCollection query, string name, string? value) => query[name] is not [{ } wanted, ..] || wanted == value;
}
