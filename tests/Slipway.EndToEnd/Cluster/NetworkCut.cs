using System.Diagnostics;
using System.Globalization;

namespace Slipway.EndToEnd.Cluster;

/// <summary>
/// A cable pulled between one node and PostgreSQL: the kernel drops what passes, so nobody is told. The rules hang on a guard that takes them away
/// when this process ends, however it ends.
/// </summary>
internal sealed class NetworkCut : IDisposable
{
    private const string Table = "inet slipway-test-cut";

    // Lives as long as its input is open, which is at most as long as this process.
    private const string Guard = """
        nft delete table $1 2>/dev/null
        nft -f - <<EOR || exit 1
        table $1 {
          chain out {
            type filter hook output priority 0; policy accept;
            ip daddr $2 tcp dport $3 drop
            ip saddr $2 tcp sport $3 drop
          }
        }
        EOR
        echo cut
        read -r _
        nft delete table $1
        """;

    private readonly Process _guard;

    private NetworkCut(Process guard) => _guard = guard;

    /// <summary>Whether this user may pull cables here.</summary>
    public static bool IsPossible { get; } = Environment.UserName == "root" && File.Exists("/usr/sbin/nft");

    public static async Task<NetworkCut> BetweenAsync(string address, int port)
    {
        var guard = Process.Start(new ProcessStartInfo("sh", ["-c", Guard, "sh", Table, address, port.ToString(CultureInfo.InvariantCulture)])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        var said = await guard.StandardOutput.ReadLineAsync();
        said.ShouldBe("cut", "nft refused the rules");
        return new NetworkCut(guard);
    }

    public void Dispose()
    {
        _guard.StandardInput.Close();
        _guard.WaitForExit();
        _guard.Dispose();
    }
}
