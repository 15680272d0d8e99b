using System.Diagnostics;
using System.Globalization;
using System.Net.NetworkInformation;

namespace Slipway.EndToEnd.Cluster;

/// <summary>
/// A network namespace for PostgreSQL with one cable to it for each node and one for the test: each is reached at an address of its own, and a cable can
/// be pulled, so that nobody is told. A guard takes it all away when this process ends, however it ends.
/// </summary>
internal sealed class DatabaseNetwork : IDisposable
{
    // Reads one line for each cable that is pulled or put back; lives as long as its input is open, which is at most as long as this process.
    private const string Guard = """
        trap '' INT TERM HUP
        space=$1 net=$2 cables=$3
        make() {
          ip netns add "$space" || return 1
          ip -n "$space" link set lo up
          for i in $(seq 0 $((cables - 1))); do
            ip link add "slt$net-$i" type veth peer name "db$i" netns "$space" &&
            ip addr add "10.79.$net.$((4 * i + 1))/30" dev "slt$net-$i" &&
            ip -n "$space" addr add "10.79.$net.$((4 * i + 2))/30" dev "db$i" &&
            ip link set "slt$net-$i" up && ip -n "$space" link set "db$i" up || return 1
          done
        }
        remove() {
          for i in $(seq 0 $((cables - 1))); do ip link del "slt$net-$i"; done
          # After a crash PostgreSQL's own guard has something to tidy up, too.
          for i in $(seq 100); do [ -n "$(ip netns pids "$space")" ] || break; sleep 0.1; done
          ip netns pids "$space" | xargs -r kill -9
          ip netns del "$space"
        }
        make || { remove; exit 1; }
        echo ready
        while read -r cable state; do ip -n "$space" link set "db$cable" "$state"; echo "$state"; done
        remove
        """;

    private static readonly Lock Gate = new();
    private readonly Process _guard;
    private readonly int _net;

    private DatabaseNetwork(Process guard, string name, int net) => (_guard, Name, _net) = (guard, name, net);

    /// <summary>Whether this user may lay cables here.</summary>
    public static bool IsPossible { get; } = Environment.UserName == "root";

    /// <summary>The namespace's.</summary>
    public string Name { get; }

    public static DatabaseNetwork Create(int cables)
    {
        // One at a time within this process; others on this computer have other numbers.
        lock (Gate)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"slipway-test-{Environment.ProcessId}-{Environment.TickCount64}");
            var net = FreeNet();
            var guard = Process.Start(new ProcessStartInfo("setsid", ["sh", "-c", Guard, "sh", name, $"{net}", $"{cables}"])
            {
                UseShellExecute = false,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            })!;
            guard.StandardOutput.ReadLine().ShouldBe("ready", "the network namespace could not be made; see above");
            return new DatabaseNetwork(guard, name, net);
        }
    }

    /// <summary>Where PostgreSQL is at the end of a cable.</summary>
    public string Address(int cable) => $"10.79.{_net}.{(4 * cable) + 2}";

    public async Task PullAsync(int cable, TimeSpan time)
    {
        await SetAsync(cable, "down");
        try
        {
            await Task.Delay(time, TimeProvider.System);
        }
        finally
        {
            await SetAsync(cable, "up");
        }
    }

    public void Dispose()
    {
        _guard.StandardInput.Close();
        _guard.WaitForExit();
        _guard.Dispose();
    }

    private async Task SetAsync(int cable, string state)
    {
        await _guard.StandardInput.WriteLineAsync($"{cable} {state}");
        await _guard.StandardInput.FlushAsync();
        (await _guard.StandardOutput.ReadLineAsync()).ShouldBe(state);
    }

    private static int FreeNet()
    {
        var taken = NetworkInterface.GetAllNetworkInterfaces().Select(i => i.Name).Where(n => n.StartsWith("slt", StringComparison.Ordinal))
            .Select(n => n[3..].Split('-')[0]).ToHashSet(StringComparer.Ordinal);
        return Enumerable.Range(0, 250).First(n => !taken.Contains(n.ToString(CultureInfo.InvariantCulture)));
    }
}
