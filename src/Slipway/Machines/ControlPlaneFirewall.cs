using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Slipway.Hetzner;
using Slipway.Storage;

namespace Slipway.Machines;

/// <summary>The one firewall all machines share: SSH from the control plane alone, nothing else in.</summary>
public sealed class ControlPlaneFirewall(HetznerClient hetzner, ControlPlane controlPlane, MachinesOptions options, Settings settings, Database database) : IDisposable
{
    private const string Setting = "firewall-id";

    /// <summary>Kept before Hetzner is asked for the first time: from here on there may be one, whatever becomes of the answer.</summary>
    private const string BeingMade = "being-made";
    private readonly SemaphoreSlim _gate = new(1, 1);

    /// <summary>The name of a control plane's one firewall.</summary>
    public static string NameOf(string controlPlane) => $"slipway-{controlPlane}";

    /// <summary>The firewall's id, from memory where there is one: making sure costs a request only once.</summary>
    public async Task<long> EnsureAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            var known = await KnownAsync(cancellationToken);
            if (known is { } kept && kept.Rules == Fingerprint(Rules()))
            {
                return kept.Id;
            }

            if (known is null)
            {
                await RememberAsync(BeingMade, cancellationToken);
            }

            var owner = await controlPlane.GetIdAsync(cancellationToken);
            var firewall = await hetzner.Firewalls.GetOrCreateAsync(
                new CreateFirewallRequest { Name = NameOf(owner), Labels = MachineLabels.ForShared(owner), Rules = Rules() }, cancellationToken);
            if (firewall.Labels.GetValueOrDefault(MachineLabels.ControlPlane) != owner)
            {
                throw new InvalidOperationException($"A firewall named '{firewall.Name}' exists and is not ours. Rename or remove it at Hetzner.");
            }

            if (Fingerprint(firewall.Rules) != Fingerprint(Rules()))
            {
                await hetzner.Firewalls.SetRulesAsync(firewall.Id, Rules(), cancellationToken);
            }

            await RememberAsync(string.Create(CultureInfo.InvariantCulture, $"{firewall.Id} {Fingerprint(Rules())}"), cancellationToken);
            return firewall.Id;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Forgets the id, after Hetzner said that it means nothing.</summary>
    public Task ForgetAsync(CancellationToken cancellationToken) => RememberAsync("", cancellationToken);

    /// <summary>Takes the firewall away, unless a server still uses it.</summary>
    public async Task RemoveAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            var kept = await settings.FindAsync(Setting, cancellationToken);
            if (kept is not { Length: > 0 })
            {
                return;
            }

            if ((kept == BeingMade ? await FindOursAsync(cancellationToken) : Parse(kept)?.Id) is { } id)
            {
                await hetzner.Firewalls.DeleteAsync(id, cancellationToken);
            }

            await RememberAsync("", cancellationToken);
        }
        catch (HetznerException e) when (e.Code == HetznerErrorCodes.ResourceInUse)
        {
            // A machine that is just being made uses it; the next one to go tries again.
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();

    private async Task<(long Id, string Rules)?> KnownAsync(CancellationToken cancellationToken) => Parse(await settings.FindAsync(Setting, cancellationToken));

    private static (long Id, string Rules)? Parse(string? kept) =>
        kept?.Split(' ') is [var id, var rules] ? (long.Parse(id, CultureInfo.InvariantCulture), rules) : null;

    private async Task<long?> FindOursAsync(CancellationToken cancellationToken)
    {
        var owner = await controlPlane.GetIdAsync(cancellationToken);
        var found = await hetzner.Firewalls.FindByNameAsync(NameOf(owner), cancellationToken);
        return found?.Labels.GetValueOrDefault(MachineLabels.ControlPlane) == owner ? found.Id : null;
    }

    /// <summary>Tells whether the rules at Hetzner are those of our configuration; Hetzner may list them in another order.</summary>
    private static string Fingerprint(IEnumerable<FirewallRule> rules)
    {
        var text = rules
            .Select(r => $"{r.Direction} {r.Protocol} {r.Port} {string.Join(',', r.SourceIps.Order(StringComparer.Ordinal))}")
            .Order(StringComparer.Ordinal);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', text))))[..16];
    }

    private Task RememberAsync(string id, CancellationToken cancellationToken) =>
        database.WriteAsync(transaction => Settings.SetAsync(transaction, Setting, id), cancellationToken);

    private List<FirewallRule> Rules() =>
    [
        new FirewallRule { Direction = "in", Protocol = "tcp", Port = "22", SourceIps = [.. options.ControlPlaneAddresses], Description = "SSH from the control plane" },
    ];
}
