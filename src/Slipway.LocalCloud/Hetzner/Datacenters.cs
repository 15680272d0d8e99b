namespace Slipway.LocalCloud.Hetzner;

/// <summary>What locations were called until 2026-10-01.</summary>
internal sealed record Datacenter(long Id, string Name, string Description, Location Location, DatacenterServerTypes ServerTypes)
{
    private static readonly Dictionary<string, (long Id, string Suffix)> Names = new()
    {
        ["nbg1"] = (2, "dc3"),
        ["hel1"] = (3, "dc2"),
        ["fsn1"] = (4, "dc14"),
        ["ash"] = (5, "dc1"),
        ["hil"] = (6, "dc1"),
        ["sin"] = (7, "dc1"),
    };

    public static Datacenter In(Location location, DatacenterServerTypes types)
    {
        var (id, suffix) = Names[location.Name];
        return new Datacenter(id, $"{location.Name}-{suffix}", $"{location.City} 1 virtual {suffix.ToUpperInvariant()}", location, types);
    }
}

internal sealed record DatacenterServerTypes(
    IReadOnlyList<long> Supported, IReadOnlyList<long> Available, IReadOnlyList<long> AvailableForMigration);

internal sealed record DatacenterAnswer(Datacenter Datacenter);

internal sealed record DatacentersAnswer(IReadOnlyList<Datacenter> Datacenters, long Recommendation, ListMeta Meta);

internal static class DatacenterEndpoints
{
    public static void MapDatacenters(this IEndpointRouteBuilder api)
    {
        api.MapGet("/datacenters", (HttpContext context, ApiDate date, Capacity capacity) =>
        {
            var all = date.HasDatacenterList ? capacity.Datacenters() : throw HetznerFault.Gone();
            var (items, meta) = new ListQuery<Datacenter>(context, all).Filter("name", d => d.Name)
                .Sortable("id", d => d.Id).Sortable("name", d => d.Name).Page();
            return TypedResults.Json(new DatacentersAnswer(items, all[0].Id, meta), HetznerJson.Wire.DatacentersAnswer);
        });
        api.MapGet("/datacenters/{id:long}", (long id, ApiDate date, Capacity capacity) =>
        {
            var all = date.HasDatacenterList ? capacity.Datacenters() : throw HetznerFault.Gone();
            return TypedResults.Json(
                new DatacenterAnswer(all.FirstOrDefault(d => d.Id == id) ?? throw HetznerFault.NotFound("datacenter", id)),
                HetznerJson.Wire.DatacenterAnswer);
        });
    }
}
