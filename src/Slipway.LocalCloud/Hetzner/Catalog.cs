namespace Slipway.LocalCloud.Hetzner;

internal sealed record Location(
    long Id, string Name, string Description, string Country, string City, double Latitude, double Longitude, string NetworkZone);

internal sealed record Money(string Net, string Gross);

internal sealed record ServerTypePrice(
    string Location, Money PriceHourly, Money PriceMonthly, long IncludedTraffic, Money PricePerTbTraffic);

internal sealed record TypeLocation(long Id, string Name, Deprecation? Deprecation, bool Recommended, bool Available);

internal sealed record Deprecation(DateTimeOffset Announced, DateTimeOffset UnavailableAfter);

internal sealed record ServerType(
    long Id, string Name, string Description, int Cores, double Memory, int Disk, bool Deprecated,
    IReadOnlyList<ServerTypePrice> Prices, string StorageType, string CpuType, string Category, string Architecture,
    Deprecation? Deprecation, IReadOnlyList<TypeLocation> Locations);

/// <summary>What the project can order. Names and places are Hetzner's of 2026; prices are made up and only shaped like theirs.</summary>
internal sealed class Catalog
{
    private static readonly string[] Europe = ["fsn1", "nbg1", "hel1"];
    private static readonly string[] Architectures = ["x86", "arm"];
    private static readonly string[] Everywhere = ["fsn1", "nbg1", "hel1", "ash", "hil", "sin"];

    private static readonly DateTimeOffset Announced = new(2025, 10, 16, 6, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset LastOrders = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public Catalog(LocalCloudOptions options)
    {
        var wanted = options.Locations.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var unknown = wanted.Except(Everywhere, StringComparer.Ordinal).ToList();
        if (unknown.Count > 0)
        {
            throw new LocalCloudOptionsException(
                $"--locations names {string.Join(", ", unknown)}; known are {string.Join(", ", Everywhere)}.");
        }

        Locations = AllLocations().Where(l => wanted.Length == 0 || wanted.Contains(l.Name)).ToList();
        ServerTypes =
        [
            Type(114, "cx23", 2, 4, 40, "shared", "x86", "Cost Optimized", 4.99m, Europe),
            Type(115, "cx33", 4, 8, 80, "shared", "x86", "Cost Optimized", 7.99m, Europe),
            Type(116, "cx43", 8, 16, 160, "shared", "x86", "Cost Optimized", 14.99m, Europe),
            Type(117, "cx53", 16, 32, 320, "shared", "x86", "Cost Optimized", 27.99m, Europe),
            Type(108, "cpx12", 1, 2, 40, "shared", "x86", "Regular Performance", 7.49m, Everywhere),
            Type(109, "cpx22", 2, 4, 80, "shared", "x86", "Regular Performance", 8.99m, Everywhere),
            Type(110, "cpx32", 4, 8, 160, "shared", "x86", "Regular Performance", 15.99m, Everywhere),
            Type(111, "cpx42", 8, 16, 320, "shared", "x86", "Regular Performance", 29.99m, Everywhere),
            Type(112, "cpx52", 12, 24, 480, "shared", "x86", "Regular Performance", 42.99m, Everywhere),
            Deprecated(Type(104, "cx22", 2, 4, 40, "shared", "x86", "Shared vCPU", 3.79m, Europe), Announced, LastOrders),
            Deprecated(Type(22, "cpx11", 2, 2, 40, "shared", "x86", "Shared vCPU", 4.35m, Everywhere), Announced, LastOrders),
            Type(45, "cax11", 2, 4, 40, "shared", "arm", "Cost Optimized", 5.49m, Europe),
            Type(93, "cax21", 4, 8, 80, "shared", "arm", "Cost Optimized", 9.49m, Europe),
            Type(96, "ccx13", 2, 8, 80, "dedicated", "x86", "General Purpose", 16.99m, Everywhere),
            Type(97, "ccx23", 4, 16, 160, "dedicated", "x86", "General Purpose", 33.49m, Everywhere),
        ];
        Images =
        [
            .. System(114690387, "debian-12", "Debian 12", "debian", "12"),
            .. System(310557660, "debian-13", "Debian 13", "debian", "13"),
            .. System(67794396, "ubuntu-22.04", "Ubuntu 22.04", "ubuntu", "22.04"),
            .. System(161547269, "ubuntu-24.04", "Ubuntu 24.04", "ubuntu", "24.04"),
            .. System(347456101, "ubuntu-26.04", "Ubuntu 26.04", "ubuntu", "26.04"),
            .. System(45557056, "debian-11", "Debian 11", "debian", "11")
                .Select(i => i with { Deprecated = new DateTimeOffset(2026, 9, 1, 0, 0, 0, TimeSpan.Zero) }),
            .. System(40093247, "docker-ce", "Docker CE", "ubuntu", "24.04").Select(i => i with { Type = ImageType.App }),
        ];
    }

    public IReadOnlyList<Location> Locations { get; }

    public IReadOnlyList<ServerType> ServerTypes { get; }

    public IReadOnlyList<Image> Images { get; }

    public Location FindLocation(IdOrName wanted) =>
        Locations.FirstOrDefault(l => wanted.Matches(l.Id, l.Name)) ?? throw HetznerFault.InvalidField("location", "Unknown location.");

    public static Money Price(decimal net) => new(
        net.ToString("0.0000000000", null) + "000000", (net * 1.19m).ToString("0.0000000000", null) + "000000");

    private static IEnumerable<Location> AllLocations() =>
    [
        new(1, "fsn1", "Falkenstein DC Park 1", "DE", "Falkenstein", 50.47612, 12.370071, "eu-central"),
        new(2, "nbg1", "Nuremberg DC Park 1", "DE", "Nuremberg", 49.452102, 11.076665, "eu-central"),
        new(3, "hel1", "Helsinki DC Park 1", "FI", "Helsinki", 60.169855, 24.938379, "eu-central"),
        new(4, "ash", "Ashburn, VA", "US", "Ashburn, VA", 39.045821, -77.487073, "us-east"),
        new(5, "hil", "Hillsboro, OR", "US", "Hillsboro, OR", 45.54222, -122.951924, "us-west"),
        new(6, "sin", "Singapore", "SG", "Singapore", 1.283333, 103.833333, "ap-southeast"),
    ];

    /// <summary>Types of the past stay listed for who still runs them; nobody can order one any more.</summary>
    private static ServerType Deprecated(ServerType type, DateTimeOffset announced, DateTimeOffset unavailableAfter)
    {
        var deprecation = new Deprecation(announced, unavailableAfter);
        return type with
        {
            Deprecated = true,
            Deprecation = deprecation,
            Locations = type.Locations.Select(l => l with { Deprecation = deprecation, Recommended = false }).ToList(),
        };
    }

    private ServerType Type(
        long id, string name, int cores, double memory, int disk, string cpu, string architecture, string category,
        decimal monthly, string[] offeredIn)
    {
        var places = Locations.Where(l => offeredIn.Contains(l.Name)).ToList();
        var prices = places.Select(l => new ServerTypePrice(
            l.Name, Price(monthly / 624), Price(monthly), Europe.Contains(l.Name) ? 21_990_232_555_520 : 1_099_511_627_776, Price(1)));
        return new ServerType(
            id, name, name.ToUpperInvariant(), cores, memory, disk, Deprecated: false, prices.ToList(), "local", cpu, category,
            architecture, Deprecation: null,
            places.Select(l => new TypeLocation(l.Id, l.Name, Deprecation: null, Recommended: true, Available: true)).ToList());
    }

    private static IEnumerable<Image> System(long id, string name, string description, string flavor, string version) =>
        Architectures.Select((architecture, index) => new Image(
            id + index, ImageType.System, ImageStatus.Available, name, description, ImageSize: null, DiskSize: 5,
            new DateTimeOffset(2026, 4, 24, 10, 0, 0, TimeSpan.Zero), CreatedFrom: null, BoundTo: null, flavor, version,
            RapidDeploy: true, new ImageProtection(Delete: false), Deprecated: null, Deleted: null,
            new Dictionary<string, string>(), architecture));
}
