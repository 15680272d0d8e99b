using System.Globalization;
using System.Net;
using System.Text;

namespace Slipway.LocalCloud.Machines.Nspawn;

/// <summary>The firewalls of one LocalCloud's machines, in its nft table: two chains for each address that has one.</summary>
/// <remarks>
/// By address and not by bridge port, because most kernels track connections only of what passes the IP hooks. So tailnet and private
/// addresses pass untouched, as they do at Hetzner, where the one is encrypted and the other not filtered.
/// </remarks>
internal sealed class FirewallTable(MachineNetwork network, ToolRunner tools)
{
    /// <summary>What the table needs before any machine has a firewall.</summary>
    /// <param name="bridge">The machines' bridge.</param>
    /// <param name="controlPort">LocalCloud's own port: what stands for Tailscale's servers is no peer to keep out.</param>
    public static string Base(string bridge, int? controlPort)
    {
        var control = controlPort is { } port ? string.Create(CultureInfo.InvariantCulture, $"tcp dport {port} accept") : "";
        return $$"""
              map inbound { type ipv4_addr : verdict; }
              map outbound { type ipv4_addr : verdict; }
              chain forward {
                type filter hook forward priority filter;
                iifname != "{{bridge}}" return
                ct state established,related accept
                ip daddr vmap @inbound
                ip saddr vmap @outbound
              }
              chain output {
                type filter hook output priority filter;
                oifname != "{{bridge}}" return
                ct state established,related accept
                ip daddr vmap @inbound
              }
              chain input {
                type filter hook input priority filter;
                iifname != "{{bridge}}" return
                ct state established,related accept
                ct original ip daddr 169.254.169.254 accept
                {{control}}
                ip saddr vmap @outbound
              }
            """;
    }

    /// <summary>Replaces the address's rules at one instant; null takes them away.</summary>
    public Task SetAsync(string address, IReadOnlyList<MachineFirewallRule>? rules, CancellationToken cancellationToken) =>
        tools.RunAsync("nft", ["-f", "-"], cancellationToken, rules is null ? Removal(address) : Replacement(address, rules));

    private string Replacement(string address, IReadOnlyList<MachineFirewallRule> rules)
    {
        var script = new StringBuilder();
        foreach (var inbound in (bool[])[true, false])
        {
            var (map, chain) = NamesOf(address, inbound);
            var own = rules.Where(r => r.Inbound == inbound).ToList();
            script.Append($"add chain ip {network.Table} {chain}\nflush chain ip {network.Table} {chain}\n");
            foreach (var line in own.SelectMany(Lines))
            {
                script.Append($"add rule ip {network.Table} {chain} {line} return\n");
            }

            // Nothing said of what goes out lets everything out; nothing said of what comes in keeps everything out.
            var otherwise = inbound || own.Count > 0 ? "drop" : "return";
            script.Append($"add rule ip {network.Table} {chain} {otherwise}\n");
            script.Append($"add element ip {network.Table} {map} {{ {address} : jump {chain} }}\n");
        }

        return script.ToString();
    }

    // What is not there cannot be deleted, so it is added first.
    private string Removal(string address)
    {
        var script = new StringBuilder();
        foreach (var inbound in (bool[])[true, false])
        {
            var (map, chain) = NamesOf(address, inbound);
            script.Append($"add chain ip {network.Table} {chain}\nadd element ip {network.Table} {map} {{ {address} : jump {chain} }}\n");
            script.Append($"delete element ip {network.Table} {map} {{ {address} }}\n");
            script.Append($"flush chain ip {network.Table} {chain}\ndelete chain ip {network.Table} {chain}\n");
        }

        return script.ToString();
    }

    private static IEnumerable<string> Lines(MachineFirewallRule rule)
    {
        var protocol = rule.Ports is null ? $"meta l4proto {rule.Protocol}" : $"{rule.Protocol} dport {rule.Ports}";
        var peer = rule.Inbound ? "saddr" : "daddr";
        // Machines have no IPv6, so nothing of it needs to be let through.
        return rule.Peers.Select(IPNetwork.Parse).Where(p => p.BaseAddress.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork)
            .Select(p => p.PrefixLength == 0 ? protocol : $"ip {peer} {p} {protocol}");
    }

    private static (string Map, string Chain) NamesOf(string address, bool inbound)
    {
        var host = address[(address.LastIndexOf('.') + 1)..];
        return inbound ? ("inbound", $"in_{host}") : ("outbound", $"out_{host}");
    }
}
