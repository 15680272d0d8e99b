using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Slipway.LocalCloud.FaultInjection;

namespace Slipway.LocalCloud.Machines.Nspawn;

/// <summary>Faults of a boot, put on the machine's disk before it begins.</summary>
internal static partial class BootTrouble
{
    private const string Units = "etc/systemd/system";
    private const string Late = "slipway-local-fault.service";
    private const string Again = "slipway-local-phone-home-again.service";
    private const string UserData = "var/lib/cloud/seed/nocloud/user-data";

    public static void Prepare(MachineFaults faults, MachineSpec machine, string upper)
    {
        var late = Path.Combine(upper, Units, "sysinit.target.wants", Late);
        if (Path.Exists(Path.GetDirectoryName(late)))
        {
            File.Delete(late);
        }

        var never = faults.Take("never_boots", machine) is not null;
        var seconds = faults.Take("boots_slowly", machine)?.Number("seconds");
        if (never || seconds is not null)
        {
            Sleep(upper, never ? "infinity" : seconds!.Value.ToString(CultureInfo.InvariantCulture));
        }

        if (Directory.Exists(Path.Combine(upper, "var/lib/cloud/instances")))
        {
            // Its first boot is over; what follows is about nothing else.
            return;
        }

        if (faults.Take("cloud_init_fails", machine) is not null)
        {
            RootFile.Write(upper, UserData, "#cloud-config\n: {\n");
        }

        if (faults.Take("phone_home_lost", machine) is not null)
        {
            var text = File.ReadAllText(Path.Combine(upper, UserData), Encoding.UTF8);
            RootFile.Write(upper, UserData, PhoneHome().Replace(text, "x_phone_home:"));
        }

        if (faults.Take("phone_home_doubled", machine) is not null)
        {
            RootFile.Write(upper, $"{Units}/{Again}", """
                [Unit]
                Description=A fault that was asked for: phone home once more
                After=cloud-final.service
                [Service]
                Type=oneshot
                ExecStart=/usr/bin/cloud-init single --name cc_phone_home --frequency always

                """);
            RootFile.Link(upper, $"{Units}/cloud-init.target.wants/{Again}", $"/{Units}/{Again}");
        }
    }

    /// <summary>Nothing of a boot comes before its system initialisation is over, and that waits for this.</summary>
    private static void Sleep(string upper, string howLong)
    {
        RootFile.Write(upper, $"{Units}/{Late}", $"""
            [Unit]
            Description=A fault that was asked for: a boot that hangs
            DefaultDependencies=no
            Before=sysinit.target
            [Service]
            Type=oneshot
            TimeoutStartSec=infinity
            ExecStart=/bin/sleep {howLong}

            """);
        RootFile.Link(upper, $"{Units}/sysinit.target.wants/{Late}", $"/{Units}/{Late}");
    }

    [GeneratedRegex("^phone_home:", RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PhoneHome();
}
