using Slipway.Blueprints;
using Slipway.Machines;
using Slipway.Payments;

namespace Slipway.Server.Orders;

/// <summary>A blueprint as it is sold.</summary>
internal sealed record Offer(Blueprint Blueprint, string Title, string Price, string StripePrice, string? Reach);

/// <summary>What is for sale, checked at start against the blueprints and the prices there are.</summary>
internal sealed class OfferCatalog
{
    private static readonly Uri StripesOwn = new("https://checkout.stripe.com");

    private readonly Dictionary<string, Offer> _offers = new(StringComparer.Ordinal);
    private readonly OrdersOptions _options;

    public OfferCatalog(OrdersOptions options, MachinesOptions machines, PaymentsOptions payments, BlueprintCatalog blueprints)
    {
        _options = options;
        PublicUrl = options.PublicUrl ?? machines.PublicUrl!;
        CheckoutOrigin = (options.CheckoutOrigin ?? (payments.BaseUrl.IsLoopback ? payments.BaseUrl : StripesOwn)).GetLeftPart(UriPartial.Authority);
        var problems = new List<Exception>();
        foreach (var (name, offer) in options.Offers)
        {
            if (!blueprints.TryGet(name, out var blueprint))
            {
                problems.Add(new InvalidOperationException($"Orders:Offers has '{name}', but there is no such blueprint. There are: {string.Join(", ", blueprints.Names)}."));
            }
            else if (string.IsNullOrWhiteSpace(offer.Price))
            {
                problems.Add(new InvalidOperationException($"Orders:Offers:{name}:Price is empty: say what it costs, e.g. €9.00 a month."));
            }
            else if (PriceOf(name, offer, payments, out var problem) is { } price)
            {
                _offers[name] = new Offer(blueprint, string.IsNullOrWhiteSpace(offer.Title) ? blueprint.Name : offer.Title, offer.Price, price, offer.Reach);
            }
            else
            {
                problems.Add(new InvalidOperationException(problem));
            }
        }

        if (problems.Count > 0)
        {
            throw new AggregateException(problems);
        }
    }

    /// <summary>Where customers reach this server.</summary>
    public Uri PublicUrl { get; }

    /// <summary>The only other place a form may lead to.</summary>
    public string CheckoutOrigin { get; }

    public Offer? Find(string blueprint) => _offers.GetValueOrDefault(blueprint);

    public string NameOf(string location) => _options.Locations.TryGetValue(location, out var name) ? name : location switch
    {
        "fsn1" => "Falkenstein, Germany",
        "nbg1" => "Nuremberg, Germany",
        "hel1" => "Helsinki, Finland",
        "ash" => "Ashburn, Virginia",
        "hil" => "Hillsboro, Oregon",
        "sin" => "Singapore",
        _ => location,
    };

    private static string? PriceOf(string name, OfferOptions offer, PaymentsOptions payments, out string problem)
    {
        var prices = payments.Prices.Where(p => p.Value == name).Select(p => p.Key).ToList();
        problem = offer.StripePrice is { Length: > 0 } chosen
            ? $"Orders:Offers:{name}:StripePrice is '{chosen}', but by Stripe:Prices that does not buy '{name}'."
            : $"{(prices.Count == 0 ? "No price" : "More than one price")} of Stripe:Prices buys '{name}': set Orders:Offers:{name}:StripePrice to the one its order page sells.";
        return offer.StripePrice is { Length: > 0 } price
            ? payments.Prices.Count == 0 || prices.Contains(price) ? price : null
            : prices is [var only] ? only : null;
    }
}
