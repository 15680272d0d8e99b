using Slipway.Hetzner.Http;

namespace Slipway.Hetzner;

/// <summary>Reads the price list.</summary>
public sealed class PricingClient
{
    private readonly HetznerHttp _http;

    internal PricingClient(HetznerHttp http) => _http = http;

    /// <summary>Reads the whole price list in one request.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">The request failed.</exception>
    public async Task<Pricing> GetAsync(CancellationToken cancellationToken = default)
    {
        var answer = await _http.GetAsync("/pricing", "/pricing", HetznerJson.Default.PricingAnswer, cancellationToken);
        return answer.Pricing.OrMissing("GET /pricing", "pricing");
    }
}
