namespace Slipway.LocalCloud.Hetzner;

/// <summary>Server types, images, locations, prices: what there is to order.</summary>
internal static class CatalogEndpoints
{
    public static void MapCatalog(this IEndpointRouteBuilder api)
    {
        api.MapGet("/server_types", (HttpContext context, Catalog catalog, Capacity capacity) =>
        {
            var (items, meta) = new ListQuery<ServerType>(context, catalog.ServerTypes).Filter("name", t => t.Name)
                .Sortable("id", t => t.Id).Sortable("name", t => t.Name).Page();
            return TypedResults.Json(
                new ServerTypesAnswer(items.Select(capacity.Describe).ToList(), meta), HetznerJson.Wire.ServerTypesAnswer);
        });
        api.MapGet("/server_types/{id:long}", (long id, Catalog catalog, Capacity capacity) =>
            TypedResults.Json(
                new ServerTypeAnswer(capacity.Describe(
                    catalog.ServerTypes.FirstOrDefault(t => t.Id == id) ?? throw HetznerFault.NotFound("server type", id))),
                HetznerJson.Wire.ServerTypeAnswer));
        api.MapGet("/locations", (HttpContext context, Catalog catalog) =>
        {
            var (items, meta) = new ListQuery<Location>(context, catalog.Locations).Filter("name", l => l.Name)
                .Sortable("id", l => l.Id).Sortable("name", l => l.Name).Page();
            return TypedResults.Json(new LocationsAnswer(items, meta), HetznerJson.Wire.LocationsAnswer);
        });
        api.MapGet("/locations/{id:long}", (long id, Catalog catalog) =>
            TypedResults.Json(
                new LocationAnswer(catalog.Locations.FirstOrDefault(l => l.Id == id) ?? throw HetznerFault.NotFound("location", id)),
                HetznerJson.Wire.LocationAnswer));
        api.MapGet("/pricing", (Catalog catalog) =>
            TypedResults.Json(new PricingAnswer(Prices(catalog)), HetznerJson.Wire.PricingAnswer));
    }

    private static Pricing Prices(Catalog catalog) => new(
        "EUR", "19.00",
        new[] { (Type: "ipv4", Monthly: 0.50m), (Type: "ipv6", Monthly: 0m) }.Select(ip => new IpPrices(
            ip.Type,
            catalog.Locations.Select(l => new IpPrice(l.Name, Catalog.Price(ip.Monthly / 624), Catalog.Price(ip.Monthly))).ToList()))
            .ToList(),
        [], new ImagePrice(Catalog.Price(0.0119m)), new VolumePrice(Catalog.Price(0.044m)), new BackupPrice("20.00"),
        catalog.ServerTypes.Select(t => new ServerTypePrices(t.Id, t.Name, t.Prices)).ToList(), []);
}

internal sealed record ServerTypesAnswer(IReadOnlyList<ServerType> ServerTypes, ListMeta Meta);

internal sealed record ServerTypeAnswer(ServerType ServerType);

internal sealed record LocationsAnswer(IReadOnlyList<Location> Locations, ListMeta Meta);

internal sealed record LocationAnswer(Location Location);

internal sealed record PricingAnswer(Pricing Pricing);

internal sealed record Pricing(
    string Currency, string VatRate, IReadOnlyList<IpPrices> PrimaryIps, IReadOnlyList<IpPrices> FloatingIps, ImagePrice Image,
    VolumePrice Volume, BackupPrice ServerBackup, IReadOnlyList<ServerTypePrices> ServerTypes, IReadOnlyList<ServerTypePrices> LoadBalancerTypes);

internal sealed record IpPrices(string Type, IReadOnlyList<IpPrice> Prices);

internal sealed record IpPrice(string Location, Money PriceHourly, Money PriceMonthly);

internal sealed record ImagePrice(Money PricePerGbMonth);

internal sealed record VolumePrice(Money PricePerGbMonth);

internal sealed record BackupPrice(string Percentage);

internal sealed record ServerTypePrices(long Id, string Name, IReadOnlyList<ServerTypePrice> Prices);
