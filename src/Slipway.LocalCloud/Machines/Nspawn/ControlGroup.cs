using System.Globalization;
using System.Runtime.InteropServices;

namespace Slipway.LocalCloud.Machines.Nspawn;

/// <summary>A control group of our own: it keeps the containers' trees apart, and knows every process in them.</summary>
internal sealed class ControlGroup(string name)
{
    private const int Sigkill = 9;
    private const int Sigterm = 15;
    private const int Sigcont = 18;
    private const int Sigstop = 19;

    /// <summary>Where systemd keeps track of processes: the unified hierarchy, the old one named systemd, or both.</summary>
    private static readonly Lazy<IReadOnlyList<string>> Hierarchies = new(() =>
    [
        .. File.ReadLines("/proc/self/mounts").Select(line => line.Split(' '))
            .Where(f => f[2] == "cgroup2" || (f[2] == "cgroup" && f[3].Split(',').Contains("name=systemd")))
            .Select(f => f[1]).Distinct(),
    ]);

    public IReadOnlyList<string> Paths { get; } = [.. Hierarchies.Value.Select(h => Path.Combine(h, name))];

    public static IReadOnlyList<string> Find(string pattern) =>
        [.. Hierarchies.Value.SelectMany(h => Directory.EnumerateDirectories(h, pattern))];

    public void Create()
    {
        if (Paths.Count == 0)
        {
            throw new InvalidOperationException(
                "Real machines need a control group hierarchy (cgroup2, or cgroup name=systemd), but none is mounted here.");
        }

        foreach (var path in Paths)
        {
            Directory.CreateDirectory(path);
        }
    }

    /// <summary>The processes in this group, or in a part of it, by their ids on this computer.</summary>
    public IReadOnlySet<int> Processes(string part = "") =>
        Paths.Select(p => Path.Combine(p, part)).SelectMany(ProcessesBelow).ToHashSet();

    public void Terminate(string part) => Signal(Processes(part), Sigterm);

    /// <summary>Stops every process in a part of the group, those started meanwhile included.</summary>
    public void Pause(string part)
    {
        IReadOnlySet<int> stopped = new HashSet<int>();
        for (var now = Processes(part); !now.IsSubsetOf(stopped); now = Processes(part))
        {
            Signal(now, Sigstop);
            stopped = now;
        }
    }

    public void Resume(string part) => Signal(Processes(part), Sigcont);

    /// <summary>Ends every process in the group, waits until the kernel is done with them, and removes the group.</summary>
    public async Task RemoveAsync(TimeProvider clock)
    {
        var deadline = clock.GetUtcNow() + TimeSpan.FromSeconds(20);
        while (!TryRemove())
        {
            if (clock.GetUtcNow() > deadline)
            {
                throw new TimeoutException(
                    $"Control group {name} did not become empty; still there: {string.Join(", ", Processes())}.");
            }

            Signal(Processes(), Sigkill);
            await Task.Delay(TimeSpan.FromMilliseconds(10), clock);
        }
    }

    private bool TryRemove()
    {
        foreach (var path in Paths.Where(Directory.Exists))
        {
            try
            {
                foreach (var child in Directory.EnumerateDirectories(path, "*", SearchOption.AllDirectories).OrderByDescending(d => d.Length).Append(path))
                {
                    Directory.Delete(child);
                }
            }
            catch (IOException)
            {
                // Busy: a process is still in it, or has only just left.
                return false;
            }
        }

        return true;
    }

    private static IEnumerable<int> ProcessesBelow(string path)
    {
        try
        {
            return
            [
                .. Directory.EnumerateFiles(path, "cgroup.procs", SearchOption.AllDirectories)
                    .SelectMany(File.ReadAllLines)
                    .Select(line => int.Parse(line, CultureInfo.InvariantCulture))
                    .Where(pid => pid > 0),
            ];
        }
        catch (IOException)
        {
            // The group vanished while we looked: nobody is in it.
            return [];
        }
    }

    private static void Signal(IEnumerable<int> processes, int signal)
    {
        foreach (var pid in processes)
        {
            _ = kill(pid, signal);
        }
    }

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int kill(int pid, int signal);
}
