using System.Globalization;
using System.Text;

namespace Slipway.Blueprints;

/// <summary>What Slipway adds to a blueprint's unit, in a drop-in beside it: credentials, a shut door to the metadata service, and a growing delay.</summary>
internal static class UnitDropIn
{
    /// <summary>Metadata of Hetzner's machines, with user_data, by IPv4 and IPv6.</summary>
    private const string Metadata = "169.254.169.254 fe80::a9fe:a9fe";

    public static string UnitPath(Blueprint blueprint) => $"/etc/systemd/system/{blueprint.Unit.Name}.service";

    public static string Path(Blueprint blueprint) => $"/etc/systemd/system/{blueprint.Unit.Name}.service.d/50-slipway.conf";

    public static string Render(Blueprint blueprint, IEnumerable<RenderedCredential> credentials)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $$"""
            # Written by Slipway. What the unit itself says differently belongs into the blueprint.
            [Service]
            # user_data can be read there. The filter needs cgroup v2; the routing rule works everywhere, and for all processes of the user.
            IPAddressDeny={{Metadata}}
            ExecStartPre=-+/bin/sh -c 'u=$$(id -u {{blueprint.User}}); for a in {{Metadata}}; do f=-4; case $$a in *:*) f=-6; esac; ip $$f rule list | grep -q "$$a uidrange $$u-$$u" || ip $$f rule add pref 100 to $$a uidrange $$u-$$u prohibit; done'

            """);
        if (new UnitText(blueprint.Unit.Text).Restart is { } restart)
        {
            text.Append(CultureInfo.InvariantCulture, $$"""
                # systemd before 254 does not know RestartSteps= and waits RestartSec= only; what is missing to the grown delay is waited here.
                ExecStartPre=+/bin/sh -c 'set -- $$(systemctl --version); [ "$$2" -ge 254 ] || sleep $$(awk -v n=$$(systemctl show -P NRestarts %n) "BEGIN {{{Missing(restart)}}}")'

                """);
        }

        foreach (var credential in credentials)
        {
            text.Append(CultureInfo.InvariantCulture, $"LoadCredentialEncrypted={credential.Name}:{credential.Path}\n");
        }

        return text.ToString();
    }

    /// <summary>The same curve as systemd's: from the first delay to the longest in so many steps, each longer by the same factor.</summary>
    private static string Missing(RestartDelay restart) => string.Create(
        CultureInfo.InvariantCulture,
        $$""" print (n < 2 ? 0 : n > {{restart.Steps}} ? {{restart.Longest - restart.First}} : {{restart.First}} * {{restart.Longest / restart.First:0.######}} ^ ((n - 1) / {{restart.Steps}}) - {{restart.First}}) """);
}

/// <summary>The delays before a unit's restarts, in seconds.</summary>
internal sealed record RestartDelay(double First, double Longest, int Steps);
