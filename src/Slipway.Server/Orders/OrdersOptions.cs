using System.ComponentModel.DataAnnotations;
using System.Net;

namespace Slipway.Server.Orders;

/// <summary>What is sold on this server's own pages, and how often strangers may ask.</summary>
public sealed class OrdersOptions : IValidatableObject
{
    public const string Section = "Orders";

    /// <summary>Where customers reach this server; null for <c>Machines:PublicUrl</c>.</summary>
    public Uri? PublicUrl { get; set; }

    /// <summary>Blueprints that have an order page, by name; none has unless it is here.</summary>
    public IDictionary<string, OfferOptions> Offers { get; } = new Dictionary<string, OfferOptions>(StringComparer.Ordinal);

    /// <summary>What to call locations, e.g. <c>Orders:Locations:fsn1 = Falkenstein, Germany</c>.</summary>
    public IDictionary<string, string> Locations { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Where Stripe's payment page is, if it is under a domain of your own: browsers are let go to no other.</summary>
    public Uri? CheckoutOrigin { get; set; }

    /// <summary>Pages that one client address may look at.</summary>
    [Range(1, 100_000)]
    public int LooksPerMinute { get; set; } = 120;

    /// <summary>Forms that one client address may send.</summary>
    [Range(1, 100_000)]
    public int ChangesPerMinute { get; set; } = 20;

    /// <summary>Reverse proxies whose <c>X-Forwarded-For</c> is believed; one on this machine always is.</summary>
    public IList<string> TrustedProxies { get; } = [];

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var (name, address) in new[] { (nameof(PublicUrl), PublicUrl), (nameof(CheckoutOrigin), CheckoutOrigin) })
        {
            if (address is not null && (!address.IsAbsoluteUri || (address.Scheme != "https" && !address.IsLoopback)))
            {
                yield return new ValidationResult($"Orders:{name} is {address}: use an https address.");
            }
        }

        foreach (var proxy in TrustedProxies.Where(p => !IPAddress.TryParse(p, out _)))
        {
            yield return new ValidationResult($"Orders:TrustedProxies has '{proxy}', which is not an address such as 203.0.113.7.");
        }
    }
}

/// <summary>One blueprint for sale.</summary>
public sealed class OfferOptions
{
    /// <summary>What customers read as its name; the blueprint's if empty.</summary>
    public string? Title { get; set; }

    /// <summary>What it costs in words, e.g. <c>€9.00 a month</c>. What is charged is Stripe's price.</summary>
    public string? Price { get; set; }

    /// <summary>Stripe's id of the price; needed unless exactly one of <c>Stripe:Prices</c> buys this blueprint.</summary>
    public string? StripePrice { get; set; }

    /// <summary>How to reach the agent once it runs; <c>{address}</c> stands for its address.</summary>
    public string? Reach { get; set; }
}
