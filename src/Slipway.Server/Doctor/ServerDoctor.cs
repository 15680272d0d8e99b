using System.Globalization;
using Slipway.Alerts;
using Slipway.Blueprints;
using Slipway.Client;
using Slipway.Hetzner;
using Slipway.Machines;
using Slipway.Ssh;
using Slipway.Tailscale;

namespace Slipway.Server.Doctor;

/// <summary>Looks at everything a provision will need, and says of each thing that is not well how to mend it.</summary>
public sealed class ServerDoctor(
    HetznerClient hetzner, TailscaleClient tailscale, TailscaleSettings tailnet, HetznerSettings hetznerSettings, BlueprintCatalog blueprints,
    SshOptions ssh, MachinesOptions machines, StripeChecks stripe, AlertStore alerts)
{
    private const string TokenFix = "Make a token with read and write rights in the Hetzner console (Security → API tokens) and set HETZNER_API_TOKEN.";
    private const string TailscaleFix = "Make an OAuth client with the scopes auth_keys and devices:core and the tag, and set TAILSCALE_OAUTH_CLIENT_ID and TAILSCALE_OAUTH_CLIENT_SECRET.";

    public async Task<DoctorReport> ExamineAsync(CancellationToken cancellationToken)
    {
        var checks = new List<DoctorCheck>
        {
            await LookAsync("hetzner-token", TokenFix, async () => $"{(await hetzner.Locations.ListAsync(cancellationToken: cancellationToken).CountAsync(cancellationToken))} locations answer at {hetznerSettings.BaseUrl.Host}"),
        };
        if (checks[0].Ok)
        {
            checks.AddRange(await CheckSaleAsync(cancellationToken));
        }

        checks.Add(await CheckTailscaleAsync(cancellationToken));
        checks.Add(hetznerSettings.UseSideChannel
            ? new DoctorCheck("ssh", true, "simulated machines are reached over LocalCloud's side channel", null)
            : await LookAsync("ssh", "Install it: apt-get install openssh-client.", async () => (await SshTools.FindAsync(ssh, cancellationToken)).VersionText));
        checks.AddRange(await stripe.ExamineAsync(cancellationToken));
        checks.Add(CheckPublicUrl());
        checks.Add(await CheckAlertsAsync(cancellationToken));
        return new DoctorReport(checks);
    }

    private async Task<IEnumerable<DoctorCheck>> CheckSaleAsync(CancellationToken cancellationToken)
    {
        var types = new Dictionary<string, ServerType>(StringComparer.Ordinal);
        await foreach (var type in hetzner.ServerTypes.ListAsync(cancellationToken: cancellationToken))
        {
            types[type.Name] = type;
        }

        return blueprints.All.Select(blueprint =>
        {
            var machine = blueprint.Machine;
            var sold = types.TryGetValue(machine.ServerType, out var type)
                ? machine.Locations.Where(l => type.Locations.Any(t => t.Name == l && t.Available)).ToList()
                : [];
            return new DoctorCheck(
                $"on-sale:{blueprint.Name}",
                sold.Count > 0,
                sold.Count > 0 ? $"{machine.ServerType} is on sale in {string.Join(", ", sold)}" : $"{machine.ServerType} is on sale in none of {string.Join(", ", machine.Locations)}",
                sold.Count > 0 ? null : $"Choose another server type or location in blueprint '{blueprint.Name}'; on sale are: {string.Join(", ", types.Keys.Order(StringComparer.Ordinal).Take(20))}.");
        });
    }

    private async Task<DoctorCheck> CheckTailscaleAsync(CancellationToken cancellationToken) => tailnet.Enabled
        ? await LookAsync("tailscale", TailscaleFix, async () =>
        {
            await tailscale.VerifyCredentialsAsync(cancellationToken);
            // The only proof that the tag is allowed is a key that carries it; it is gone before it could be used.
            var key = await tailscale.Keys.CreateAsync(
                new CreateAuthKeyRequest { Tags = [tailnet.Tag], Expiry = TimeSpan.FromMinutes(1), Description = "slipway doctor" }, cancellationToken);
            await tailscale.Keys.DeleteAsync(key.Id, cancellationToken);
            return $"keys with {tailnet.Tag} are allowed";
        })
        : new DoctorCheck("tailscale", true, "switched off", null);

    private DoctorCheck CheckPublicUrl()
    {
        var url = machines.PublicUrl!;
        var safe = url.Scheme == "https" || url.IsLoopback || hetznerSettings.BaseUrl.IsLoopback;
        return new DoctorCheck(
            "public-url",
            safe,
            safe ? $"machines report to {url}" : $"machines would report to {url} in clear text, boot token included",
            safe ? null : "Put a TLS proxy in front of the server and set Machines:PublicUrl to its https address.");
    }

    /// <summary>An alert that somebody looks after is no news.</summary>
    private async Task<DoctorCheck> CheckAlertsAsync(CancellationToken cancellationToken)
    {
        var open = await alerts.ListAsync(all: false, limit: 1000, cancellationToken);
        var news = open.Count(alert => alert.AcknowledgedAt is null);
        return new DoctorCheck(
            "alerts",
            news == 0,
            open.Count == 0 ? "none is open" : string.Create(CultureInfo.InvariantCulture, $"{open.Count} open, {news} of them not acknowledged"),
            news == 0 ? null : "See 'slipway alert list': it says of each what to do; 'slipway alert ack ID' says that you look after it.");
    }

    private static async Task<DoctorCheck> LookAsync(string name, string fix, Func<Task<string>> look)
    {
        try
        {
            return new DoctorCheck(name, true, await look(), null);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return new DoctorCheck(name, false, e.Message, fix);
        }
    }
}
