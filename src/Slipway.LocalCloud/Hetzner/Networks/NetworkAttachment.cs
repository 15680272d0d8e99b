using System.Globalization;
using Slipway.LocalCloud.Machines;

namespace Slipway.LocalCloud.Hetzner;

/// <summary>A server's place in a network.</summary>
internal sealed class NetworkAttachment(Network network, Subnet subnet, uint address, long number)
{
    public Network Network => network;

    public uint Address => address;

    public Subnet Subnet => subnet;

    /// <summary>What its hardware address is made of.</summary>
    public long Number => number;

    public IReadOnlyList<string> AliasIps { get; set; } = [];

    private string Ip => Ipv4Range.Write(address);

    /// <summary>Hetzner's private interfaces begin with 86:00.</summary>
    private string MacAddress => string.Create(
        CultureInfo.InvariantCulture, $"86:00:{number >> 24 & 0xff:x2}:{number >> 16 & 0xff:x2}:{number >> 8 & 0xff:x2}:{number & 0xff:x2}");

    public PrivateNet View() => new(network.Id, Ip, AliasIps, MacAddress);

    public MachineInterface Describe() => new(network.Id, network.Range.ToString(), Ip, MacAddress, AliasIps)
    {
        NetworkName = network.Name,
        Subnet = subnet.Range.ToString(),
        Gateway = Ipv4Range.Write(network.Gateway),
    };
}
