using System.Diagnostics;

namespace Slipway.Secrets;

/// <summary>Asks a helper for the keys. What it prints goes nowhere else: neither its output nor its complaints are repeated.</summary>
internal static class MasterKeyCommand
{
    private const int LongestOutput = 16 * 1024;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public static string Run(string command, TimeSpan? limit = null)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", command]) { RedirectStandardOutput = true, RedirectStandardInput = true, UseShellExecute = false };
        using var process = Start(start);
        process.StandardInput.Close();
        var output = ReadAsync(process);
        if (!output.Wait(limit ?? Limit) || !process.WaitForExit(limit ?? Limit))
        {
            process.Kill(entireProcessTree: true);
            throw new MasterKeyException($"{Setting} did not end within {(limit ?? Limit).TotalSeconds:0} s. Run it by hand as the server's user: it must print the keys and ask nothing.");
        }

        return process.ExitCode == 0
            ? output.Result ?? throw new MasterKeyException($"{Setting} printed more than {LongestOutput / 1024} KiB, which are no keys.")
            : throw new MasterKeyException($"{Setting} ended with exit code {process.ExitCode}. Run it by hand as the server's user to see why.");
    }

    private static string Setting => $"{SecretsOptions.Section}:{nameof(SecretsOptions.MasterKeyCommand)}";

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new MasterKeyException($"{Setting} cannot be run: {e.Message}", e);
        }
    }

    /// <returns>Null when it is too long; the rest is read and thrown away, so that the command ends.</returns>
    private static async Task<string?> ReadAsync(Process process)
    {
        var buffer = new char[LongestOutput + 1];
        var length = await process.StandardOutput.ReadBlockAsync(buffer).ConfigureAwait(false);
        if (length <= LongestOutput)
        {
            return new string(buffer, 0, length);
        }

        while (await process.StandardOutput.ReadBlockAsync(buffer).ConfigureAwait(false) > 0)
        {
        }

        return null;
    }
}
