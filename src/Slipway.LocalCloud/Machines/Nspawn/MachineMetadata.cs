using System.Text;
using System.Text.Json;

namespace Slipway.LocalCloud.Machines.Nspawn;

/// <summary>What a machine is told about itself at 169.254.169.254, in the words of Hetzner's metadata service.</summary>
internal sealed record MachineMetadata(MachineSpec Machine, string Address, string Gateway, IReadOnlyList<MachineInterface> Networks)
{
    /// <returns>The text, empty for a 204, or null for a path that does not exist.</returns>
    public string? Answer(string path) => path switch
    {
        "metadata" => Everything(),
        "metadata/hostname" => Machine.Hostname,
        "metadata/instance-id" => Machine.InstanceId,
        "metadata/local-ipv4" => "",
        "metadata/public-ipv4" => Address,
        "metadata/public-keys" => Keys(),
        "metadata/region" => Machine.NetworkZone,
        "metadata/availability-zone" => AvailabilityZone,
        "metadata/private-networks" => PrivateNetworks(),
        "metadata/network-config" => NetworkConfig(""),
        "userdata" => Machine.UserData ?? "",
        _ => null,
    };

    // Data centers are gone from the API, not from here.
    private string AvailabilityZone => Machine.Location.Length > 0 ? $"{Machine.Location}-dc1" : "";

    private string Everything() =>
        $"""
        availability-zone: {Quote(AvailabilityZone)}
        hostname: {Quote(Machine.Hostname)}
        instance-id: {Quote(Machine.InstanceId)}
        local-ipv4: ""
        network-config:
        {NetworkConfig("  ").TrimEnd('\n')}
        public-ipv4: {Quote(Address)}
        public-keys: {Keys()}
        region: {Quote(Machine.NetworkZone)}

        """;

    private string Keys() => $"[{string.Join(", ", Machine.AuthorizedKeys.Select(Quote))}]";

    private string NetworkConfig(string indent)
    {
        string[] lines =
        [
            "version: 1", "config:", "- name: host0", "  type: physical", "  subnets:", "  - type: static", $"    address: {Address}/24",
            $"    gateway: {Gateway}",
        ];
        return string.Concat(lines.Select(l => $"{indent}{l}\n"));
    }

    private string PrivateNetworks()
    {
        if (Networks.Count == 0)
        {
            return "[]\n";
        }

        var text = new StringBuilder();
        for (var i = 0; i < Networks.Count; i++)
        {
            var nic = Networks[i];
            text.Append($"- ip: {nic.Ip}\n  alias_ips: [{string.Join(", ", nic.AliasIps)}]\n  interface_num: {i + 1}\n");
            text.Append($"  mac_address: {nic.MacAddress}\n  network_id: {nic.NetworkId}\n  network_name: {Quote(nic.NetworkName)}\n");
            text.Append($"  network: {nic.Range}\n  subnet: {nic.Subnet}\n  gateway: {nic.Gateway}\n");
        }

        return text.ToString();
    }

    // A JSON string is a YAML string: no name or key can break out of its line.
    private static string Quote(string text) => $"\"{JsonEncodedText.Encode(text)}\"";
}
