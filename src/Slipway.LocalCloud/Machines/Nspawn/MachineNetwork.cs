using System.Globalization;
using System.Text.RegularExpressions;

namespace Slipway.LocalCloud.Machines.Nspawn;

/// <summary>The bridge of one LocalCloud: an address range for machines, one for their tailnet, and the metadata redirect.</summary>
internal sealed partial class MachineNetwork(int octet, ToolRunner tools)
{
    public string Bridge => BridgeName(octet);

    public string Gateway => $"10.77.{octet}.1";

    public string Table => $"slipway_local_{octet}";

    public static string BridgeName(int octet) => $"slw{octet}";

    public string MachineName(int number) => $"{Bridge}-{number}";

    public string Address(int host) => $"10.77.{octet}.{host}";

    /// <summary>This computer's end of the cable from a machine's private interface.</summary>
    public string PrivatePort(int number, int place) => $"vp{octet}-{number}-{place}";

    public Task CreateAsync(CancellationToken cancellationToken) =>
        tools.RunAsync("ip", ["-batch", "-"], cancellationToken, $"""
            link add {Bridge} type bridge mcast_snooping 0 nf_call_iptables 1
            addr add {Gateway}/24 dev {Bridge}
            link set {Bridge} up
            route add 100.77.{octet}.0/24 dev {Bridge}

            """);

    /// <summary>Sends 169.254.169.254 from this bridge to our own port: several LocalClouds share a computer, not an address.</summary>
    public Task CreateTableAsync(int metadataPort, int? controlPort, CancellationToken cancellationToken) =>
        tools.RunAsync("nft", ["-f", "-"], cancellationToken, $$"""
            table ip {{Table}} {
              chain prerouting {
                type nat hook prerouting priority dstnat;
                iifname "{{Bridge}}" ip daddr 169.254.169.254 tcp dport 80 dnat to {{Gateway}}:{{metadataPort}}
              }
            {{FirewallTable.Base(Bridge, controlPort)}}
            }

            """);

    /// <summary>Takes away a dead machine's end of its cable now: the kernel does it some time later, and the next boot would find it there.</summary>
    public Task RemovePortAsync(int number) => RemoveInterfaceAsync($"vb-{MachineName(number)}");

    public Task RemovePrivatePortAsync(int number, int place) => RemoveInterfaceAsync(PrivatePort(number, place));

    public async Task RemoveAsync()
    {
        foreach (var bridge in Bridges().Where(b => b == Bridge || b.StartsWith($"{Bridge}n", StringComparison.Ordinal)))
        {
            await RemoveInterfaceAsync(bridge);
        }

        if ((await TablesAsync(tools)).Contains(Table))
        {
            await tools.RunAsync("nft", ["delete", "table", "ip", Table], CancellationToken.None);
        }
    }

    /// <summary>Interfaces and nft tables of any LocalCloud on this computer, and whose each is.</summary>
    public static async Task<IReadOnlyList<(int Octet, string Thing)>> FindAsync(ToolRunner tools)
    {
        var interfaces = Bridges().SelectMany(b => PortsOf(b).Prepend(b).Select(name => (OctetOf(b), $"interface {name}"))).ToList();
        var tables = await TablesAsync(tools);
        return [.. interfaces, .. tables.Select(t => (OctetOf(t), $"nft table {t}"))];
    }

    private static List<string> Bridges() =>
        [.. Directory.EnumerateDirectories("/sys/class/net").Select(d => Path.GetFileName(d)).Where(n => OurBridge().IsMatch(n))];

    private static IEnumerable<string> PortsOf(string bridge)
    {
        try
        {
            return Directory.GetFileSystemEntries($"/sys/class/net/{bridge}/brif").Select(p => Path.GetFileName(p));
        }
        catch (DirectoryNotFoundException)
        {
            // The bridge went while we looked.
            return [];
        }
    }

    private static int OctetOf(string name) => int.Parse(Octet().Match(name).Value, CultureInfo.InvariantCulture);

    private async Task RemoveInterfaceAsync(string name)
    {
        if (Directory.Exists($"/sys/class/net/{name}"))
        {
            try
            {
                await tools.RunAsync("ip", ["link", "del", name], CancellationToken.None);
            }
            catch (InvalidOperationException) when (!Directory.Exists($"/sys/class/net/{name}"))
            {
                // The kernel was quicker.
            }
        }
    }

    private static async Task<IReadOnlyList<string>> TablesAsync(ToolRunner tools) =>
        [.. OurTable().Matches(await tools.RunAsync("nft", ["list", "tables"], CancellationToken.None)).Select(m => m.Value)];

    [GeneratedRegex(@"^slw\d+(n\d+)?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex OurBridge();

    [GeneratedRegex(@"\d+", RegexOptions.None, 1000)]
    private static partial Regex Octet();

    [GeneratedRegex(@"\bslipway_local_\d+\b", RegexOptions.None, 1000)]
    private static partial Regex OurTable();
}
