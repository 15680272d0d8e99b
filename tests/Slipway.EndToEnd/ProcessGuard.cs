using System.Diagnostics;
using System.Globalization;

namespace Slipway.EndToEnd;

/// <summary>
/// Ends what the tests started when they end themselves, however they do: a shell in a session of its own that reads until nobody holds the other end,
/// and then sends each process it was told of its signal.
/// </summary>
internal static class ProcessGuard
{
    // A process id is used again, so it counts only with the kernel's start time.
    private const string Script = """
        trap '' INT TERM HUP
        watched=
        while read -r entry; do watched="$watched $entry"; done
        for entry in $watched; do
          IFS=: read -r signal pid start <<EOE
        $entry
        EOE
          [ "$(awk '{print $22}' "/proc/$pid/stat" 2>/dev/null)" = "$start" ] && kill -s "$signal" "$pid"
        done
        """;

    private static readonly Lock Gate = new();
    private static readonly Process Shell = Process.Start(new ProcessStartInfo("setsid", ["sh", "-c", Script])
    {
        UseShellExecute = false,
        RedirectStandardInput = true,
    })!;

    /// <param name="process">It has been started.</param>
    /// <param name="signal">Such as <c>KILL</c>, or <c>TERM</c> for one that has to tidy up.</param>
    public static void Watch(Process process, string signal)
    {
        string stat;
        try
        {
            stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process.Id}/stat"));
        }
        catch (IOException)
        {
            // It has ended already.
            return;
        }

        // Field 22; the name in field 2 may hold anything.
        var start = stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[19];
        lock (Gate)
        {
            Shell.StandardInput.WriteLine($"{signal}:{process.Id}:{start}");
            Shell.StandardInput.Flush();
        }
    }
}
