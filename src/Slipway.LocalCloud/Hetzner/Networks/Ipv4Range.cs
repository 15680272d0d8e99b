using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Slipway.LocalCloud.Hetzner;

/// <summary>A block of IPv4 addresses, e.g. <c>10.0.0.0/16</c>.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Ipv4Range(uint First, int Prefix)
{
    private static readonly Ipv4Range[] Private = [new(0x0a000000, 8), new(0xac100000, 12), new(0xc0a80000, 16)];

    public uint Last => First + (uint)((1L << (32 - Prefix)) - 1);

    public bool IsPrivate
    {
        get
        {
            var self = this;
            return Array.Exists(Private, p => p.Contains(self));
        }
    }

    public static Ipv4Range? TryParse(string? text) =>
        // Parsing drops the bits after the prefix; with any of them set the text is no range.
        IPNetwork.TryParse(text, out var network) && network.ToString() == text && network.BaseAddress.AddressFamily == AddressFamily.InterNetwork
            ? new Ipv4Range(ToNumber(network.BaseAddress), network.PrefixLength)
            : null;

    public static uint? TryParseAddress(string? text) =>
        IPAddress.TryParse(text, out var address) && address.AddressFamily == AddressFamily.InterNetwork && address.ToString() == text
            ? ToNumber(address)
            : null;

    public static string Write(uint address)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, address);
        return new IPAddress(bytes).ToString();
    }

    public bool Contains(uint address) => address >= First && address <= Last;

    public bool Contains(Ipv4Range other) => other.First >= First && other.Last <= Last;

    public bool Overlaps(Ipv4Range other) => other.First <= Last && other.Last >= First;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Write(First)}/{Prefix}");

    private static uint ToNumber(IPAddress address) => BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes());
}
