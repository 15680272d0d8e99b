using System.ComponentModel;
using System.Diagnostics;

namespace Slipway.Ssh;

/// <summary>How a child process ended and what it wrote.</summary>
internal sealed record ChildResult(int ExitCode, string Stdout, string Stderr);

/// <summary>Runs one program with a minimal environment: no agent, display or askpass of ours reaches it, and its messages are English.</summary>
internal static class ChildProcess
{
    private const string SystemPath = "/usr/local/bin:/usr/bin:/bin";

    public static ProcessStartInfo Describe(
        IReadOnlyList<string> command, IEnumerable<string> arguments, params ReadOnlySpan<(string Name, string Value)> environment)
    {
        var info = new ProcessStartInfo(command[0])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = "/",
        };
        foreach (var argument in command.Skip(1).Concat(arguments))
        {
            info.ArgumentList.Add(argument);
        }

        info.Environment.Clear();
        info.Environment["PATH"] = SystemPath;
        info.Environment["LC_ALL"] = "C";
        foreach (var (name, value) in environment)
        {
            info.Environment[name] = value;
        }

        return info;
    }

    /// <summary>Runs to the end. Cancelling kills the process and everything below it, then throws.</summary>
    public static async Task<ChildResult> RunAsync(
        ProcessStartInfo info, ReadOnlyMemory<byte> stdin, int outputLimit, CancellationToken cancellationToken)
    {
        var (exitCode, stdout, stderr) = await RunAsync(
            info, stdin, output => BoundedOutput.ReadAsync(output, outputLimit), outputLimit, cancellationToken);
        return new ChildResult(exitCode, stdout.ToString(), stderr);
    }

    /// <summary>The same for a secret answer: it goes into the caller's array, which can be wiped, and nowhere else.</summary>
    public static Task<(int ExitCode, int Length, string Stderr)> RunAsync(
        ProcessStartInfo info, ReadOnlyMemory<byte> stdin, byte[] secret, CancellationToken cancellationToken)
    {
        return RunAsync(info, stdin, ReadSecretAsync, secret.Length, cancellationToken);

        async Task<int> ReadSecretAsync(Stream output)
        {
            var length = await output.ReadAtLeastAsync(secret, secret.Length, throwOnEndOfStream: false, CancellationToken.None);
            await output.CopyToAsync(Stream.Null, CancellationToken.None);
            return length;
        }
    }

    private static async Task<(int ExitCode, T Stdout, string Stderr)> RunAsync<T>(
        ProcessStartInfo info, ReadOnlyMemory<byte> stdin, Func<Stream, Task<T>> read, int errorLimit, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var process = await ProcessStarter.StartAsync(info);
        await using var kill = cancellationToken.Register(() => Kill(process));
        var input = WriteAsync(process, stdin);
        var stdout = read(process.StandardOutput.BaseStream);
        var stderr = BoundedOutput.ReadAsync(process.StandardError.BaseStream, errorLimit);
        await Task.WhenAll(input, stdout, stderr);
        await process.WaitForExitAsync(CancellationToken.None);
        cancellationToken.ThrowIfCancellationRequested();
        return (process.ExitCode, await stdout, (await stderr).ToString());
    }

    public static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception exception) when (exception is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It ended by itself in the meantime.
        }
    }

    private static async Task WriteAsync(Process process, ReadOnlyMemory<byte> stdin)
    {
        try
        {
            // The bare stream: a StreamWriter would add nothing but a second buffer for secrets.
            await process.StandardInput.BaseStream.WriteAsync(stdin);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The program does not read its input to the end; how it ends is told by its exit code.
        }
    }
}
