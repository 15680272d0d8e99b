using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Slipway.Ssh;

/// <summary>
/// Runs commands on machines with the system's <c>ssh</c>. Nothing of the user's or the system's SSH configuration takes part; every
/// connection brings its own certificate, and <see cref="RunAsync"/> accepts exactly the pinned host key.
/// </summary>
/// <remarks>Safe for concurrent use. Two processes are started per connection, ssh-keygen for its key and ssh; neither the command nor its input is on its command line.</remarks>
/// <param name="options">Time limits.</param>
/// <param name="authority">Issues the certificates; stays the caller's to dispose.</param>
/// <param name="timeProvider">The clock time-outs go by; null is the system's.</param>
/// <param name="loggerFactory">Gets one line per connection, without the command, its input or its output.</param>
public sealed partial class SshClient(
    SshOptions options, SshCertificateAuthority authority, TimeProvider? timeProvider = null, ILoggerFactory? loggerFactory = null)
{
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromDays(24);
    private readonly TimeProvider _time = timeProvider ?? TimeProvider.System;
    private readonly ILogger _log = (loggerFactory ?? NullLoggerFactory.Instance).CreateLogger<SshClient>();

    /// <summary>Runs a command with the POSIX shell <c>sh</c> on a machine whose host key is known, and returns what it left behind.</summary>
    /// <param name="target">The machine.</param>
    /// <param name="pinned">The only host key to accept.</param>
    /// <param name="command">The command. It is visible in the machine's process list: secrets go into <paramref name="stdin"/>.</param>
    /// <param name="stdin">Standard input of the command, byte for byte.</param>
    /// <param name="timeout">
    /// Limits connection and command together; null means <see cref="SshOptions.CommandTimeout"/>. When it passes, the connection is closed, and
    /// about a second later <c>timeout</c> (coreutils) ends the command on the machine.
    /// </param>
    /// <param name="ct">Closes the connection; the command then still ends at its time-out.</param>
    /// <returns>The command's exit code, whatever it is, and its output.</returns>
    /// <exception cref="SshException">The connection failed, was lost, or the time-out passed.</exception>
    /// <exception cref="ArgumentException">The target is malformed or the command longer than about 120 KiB.</exception>
    public async Task<SshResult> RunAsync(
        SshTarget target,
        SshHostKey pinned,
        ShellCommand command,
        ReadOnlyMemory<byte> stdin = default,
        TimeSpan? timeout = null,
        CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(pinned);
        var (result, _) = await ConnectAsync(
            target, HostKeyPolicy.Pinned(target.HostKeyAlias, pinned), command, stdin, timeout, ct);
        return result;
    }

    /// <summary>
    /// Runs a command on a machine whose host key is <em>not</em> known and returns the ed25519 key it presented in this very connection. The
    /// other side may be anybody: send no secret, and believe the output only as far as it proves itself.
    /// </summary>
    /// <param name="target">The machine.</param>
    /// <param name="command">The command.</param>
    /// <param name="stdin">Standard input of the command. Nothing secret.</param>
    /// <param name="timeout">Limits connection and command together; null means <see cref="SshOptions.CommandTimeout"/>.</param>
    /// <param name="ct">Closes the connection.</param>
    /// <returns>The result and the host key, to be pinned if the result proves the machine.</returns>
    /// <exception cref="SshException">The connection failed, was lost, or the time-out passed.</exception>
    public async Task<(SshResult Result, SshHostKey Presented)> RunUnpinnedAsync(
        SshTarget target,
        ShellCommand command,
        ReadOnlyMemory<byte> stdin = default,
        TimeSpan? timeout = null,
        CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(target);
        var (result, knownHosts) = await ConnectAsync(target, HostKeyPolicy.AcceptAny, command, stdin, timeout, ct);
        // ssh wrote "alias type base64" when it accepted the key.
        var line = knownHosts.Trim().Split(' ', 2);
        return line.Length == 2
            ? (result, SshHostKey.Parse(line[1]))
            : throw new SshException(SshFailure.ClientFailed, Describe(target), "ssh did not record the host key it was shown.");
    }

    internal async Task<(SshResult Result, string KnownHosts)> ConnectAsync(
        SshTarget target,
        HostKeyPolicy policy,
        ShellCommand command,
        ReadOnlyMemory<byte> stdin,
        TimeSpan? timeout,
        CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(command);
        target.ThrowIfInvalid();
        var limit = timeout ?? options.CommandTimeout;
        if (limit <= TimeSpan.Zero || limit > LongestTimeout)
        {
            throw new ArgumentOutOfRangeException(nameof(timeout), limit, "An SSH time-out must be positive and at most 24 days: a connection that may hang for ever will.");
        }

        var script = RemoteScript.Create(command, limit);
        var began = _time.GetTimestamp();
        using var timer = new CancellationTokenSource(limit, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, ct);
        using var files = authority.Work.CreateInner();
        try
        {
            await using var certificate = await authority.IssueAsync(target, script.Text, either.Token);
            await File.WriteAllTextAsync(files.File("known_hosts"), policy.KnownHosts, either.Token);
            await File.WriteAllTextAsync(files.File("user-cert.pub"), certificate.Line, either.Token);
            var info = ChildProcess.Describe(
                authority.Tools.Command(authority.Tools.Ssh), SshArguments.For(target, policy, options, files, certificate.AgentSocket));
            var child = await ChildProcess.RunAsync(info, stdin, options.OutputLimit, either.Token);
            var result = await ReadAsync(target, script, child, files);
            Log.Ran(_log, Describe(target), certificate.Certificate.KeyId, result.ExitCode, (long)_time.GetElapsedTime(began).TotalMilliseconds);
            return (result, await File.ReadAllTextAsync(files.File("known_hosts"), ct));
        }
        catch (OperationCanceledException exception) when (timer.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            var details = string.Create(CultureInfo.InvariantCulture, $"The limit was {limit.TotalSeconds:0.###} s.");
            Log.Failed(_log, Describe(target), SshFailure.CommandTimedOut, details);
            throw new SshException(SshFailure.CommandTimedOut, Describe(target), details, exception);
        }
    }

    private async Task<SshResult> ReadAsync(SshTarget target, RemoteScript script, ChildResult child, WorkDirectory files)
    {
        var report = script.Read(child.Stderr);
        if (report.ExitCode is { } exitCode)
        {
            return new SshResult(exitCode, child.Stdout, report.Stderr);
        }

        var said = File.Exists(files.File("log")) ? await File.ReadAllTextAsync(files.File("log"), CancellationToken.None) : "";
        var failure = FailureClassifier.Classify(said, report.Began);
        if (said.Length == 0)
        {
            // The command's own output may hold anything, also secrets; only what was written before it is repeated.
            said = report.Began ? $"ssh ended with exit code {child.ExitCode}." : $"ssh ended with exit code {child.ExitCode}. {report.Stderr}";
        }

        var thrown = new SshException(failure, Describe(target), said);
        Log.Failed(_log, thrown.Host, failure, thrown.Details);
        throw thrown;
    }

    private static string Describe(SshTarget target) => $"{target.HostKeyAlias} ({target.Host}:{target.Port})";

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "SSH to {Host} with certificate {KeyId}: exit code {ExitCode} after {Milliseconds} ms")]
        public static partial void Ran(ILogger logger, string host, string keyId, int exitCode, long milliseconds);

        [LoggerMessage(2, LogLevel.Warning, "SSH to {Host} failed, {Failure}: {Details}")]
        public static partial void Failed(ILogger logger, string host, SshFailure failure, string details);
    }
}
