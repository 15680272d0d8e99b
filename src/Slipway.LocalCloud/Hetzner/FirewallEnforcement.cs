using Slipway.LocalCloud.Machines;

namespace Slipway.LocalCloud.Hetzner;

/// <summary>Makes what passes to and from a machine what its server's firewalls together allow.</summary>
internal sealed class FirewallEnforcement(HetznerProject project, IMachineDriver driver) : IDisposable
{
    public const string Pending = "pending";
    public const string Applied = "applied";

    private readonly SemaphoreSlim _order = new(1, 1);

    /// <summary>Returns when the rules hold, and the server's firewalls say so; a server still being made gets them when it is.</summary>
    public async Task EnforceAsync(Server server)
    {
        // One at a time: an older look at the rules must not be carried out after a newer one.
        await _order.WaitAsync();
        try
        {
            List<long> enforced;
            IReadOnlyList<MachineFirewallRule>? rules;
            lock (project.Gate)
            {
                enforced = [.. server.Firewalls.Keys.Where(project.Firewalls.ContainsKey)];
                rules = enforced.Count == 0 ? null : enforced.Select(project.Firewall).SelectMany(f => f.Rules).Select(Describe).ToList();
            }

            await driver.SetFirewallAsync(server.Id, rules, CancellationToken.None);
            lock (project.Gate)
            {
                foreach (var id in enforced.Where(server.Firewalls.ContainsKey))
                {
                    server.Firewalls[id] = Applied;
                }
            }
        }
        catch (MachineNotFoundException)
        {
            // Not made yet, or gone.
        }
        finally
        {
            _order.Release();
        }
    }

    public void Dispose() => _order.Dispose();

    private static MachineFirewallRule Describe(FirewallRule rule) => new(
        rule.Direction == "in", rule.Protocol!, rule.Port == "any" ? null : rule.Port, rule.Direction == "in" ? rule.SourceIps! : rule.DestinationIps!);
}
