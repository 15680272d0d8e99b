using System.Globalization;

namespace Slipway.LocalCloud.Machines.Nspawn;

/// <summary>The private networks of one LocalCloud: a bridge each, on which this computer itself has no address.</summary>
internal sealed class PrivateNetworks(int octet, ToolRunner tools) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly NumberPool _numbers = new(1, 9999, "private networks");
    private readonly Dictionary<long, int> _networks = [];

    /// <summary>Lays a cable between a running machine and the network's bridge, and gives the machine's end its address.</summary>
    public async Task ConnectAsync(int pid, string port, string device, MachineInterface nic, CancellationToken cancellationToken)
    {
        var bridge = await EnsureAsync(nic.NetworkId, cancellationToken);
        var init = pid.ToString(CultureInfo.InvariantCulture);
        await tools.RunAsync("ip", ["-batch", "-"], cancellationToken, $"""
            link add {port} type veth peer name {device} address {nic.MacAddress} mtu 1450 netns {init}
            link set {port} master {bridge} up

            """);
        // As Hetzner's DHCP does it: the address alone, and the whole network behind the interface.
        await tools.RunAsync("nsenter", ["--target", init, "--net", "ip", "-batch", "-"], cancellationToken, $"""
            addr add {nic.Ip}/32 dev {device}
            link set {device} up
            route add {nic.Range} dev {device} src {nic.Ip}

            """);
    }

    public async Task DeleteAsync(long networkId)
    {
        await _gate.WaitAsync();
        try
        {
            if (_networks.Remove(networkId, out var number))
            {
                await tools.RunAsync("ip", ["link", "del", BridgeName(number)], CancellationToken.None);
                _numbers.Return(number);
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();

    private async Task<string> EnsureAsync(long networkId, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (!_networks.TryGetValue(networkId, out var number))
            {
                number = _numbers.Take();
                await tools.RunAsync("ip", ["-batch", "-"], cancellationToken, $"""
                    link add {BridgeName(number)} type bridge mcast_snooping 0
                    link set {BridgeName(number)} addrgenmode none
                    link set {BridgeName(number)} up

                    """);
                _networks.Add(networkId, number);
            }

            return BridgeName(number);
        }
        finally
        {
            _gate.Release();
        }
    }

    private string BridgeName(int number) => $"{MachineNetwork.BridgeName(octet)}n{number}";
}
