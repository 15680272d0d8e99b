using System.Globalization;
using System.Text.Json.Serialization;

namespace Slipway.LocalCloud.Machines.Nspawn;

/// <summary>Who owns a bridge number on this computer, so that others can tell a living owner from a dead one.</summary>
/// <remarks>A process id is used again, so it counts only with the kernel's start time, and both only in one boot.</remarks>
internal sealed record InstanceRecord(int Octet, int Pid, string StartTicks, string BootId, string Directory, string? Image)
{
    private const string BootIdFile = "/proc/sys/kernel/random/boot_id";

    [JsonIgnore]
    public bool IsAlive => BootId == ReadBootId() && StartTicks == ReadStartTicks(Pid);

    public static InstanceRecord Ours(int octet, string directory) =>
        new(octet, Environment.ProcessId, ReadStartTicks(Environment.ProcessId)!, ReadBootId(), directory, Image: null);

    private static string ReadBootId() => File.ReadAllText(BootIdFile).Trim();

    private static string? ReadStartTicks(int pid)
    {
        try
        {
            // Field 22; the name in field 2 may hold anything, so count from its closing parenthesis.
            var stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"));
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] == "Z" ? null : fields[19];
        }
        catch (IOException)
        {
            return null;
        }
    }
}
