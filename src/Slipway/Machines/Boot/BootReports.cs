using System.Globalization;
using Microsoft.Extensions.Logging;
using Slipway.Operations;
using Slipway.Ssh;
using Slipway.Storage;

namespace Slipway.Machines.Boot;

/// <summary>What became of something a machine told about itself.</summary>
public enum BootReportOutcome
{
    Taken,

    /// <summary>No machine waits under this token: it is unknown, or its machine is gone.</summary>
    UnknownToken,

    /// <summary>The token is right and what it brings contradicts what is known.</summary>
    Refused,
}

/// <summary>A boot script's own word: <c>ready</c>, or the phase that failed with the end of its log.</summary>
public sealed record BootReport(
    string Phase, string Status, string? ExitCode, string? LogTail, string? TailscaleNodeId, string? TailscaleIps, string? HostKey = null);

/// <summary>Takes what a booting machine says, by token: its host key (once), and how its first boot went.</summary>
public sealed partial class BootReports(Database database, MachineStore machines, OperationWaker operations, ILogger<BootReports> log)
{
    private const int MessageLength = 4096;

    public Task<BootReportOutcome> PhoneHomeAsync(string token, string? hostKeyLine, string? instanceId, CancellationToken cancellationToken) =>
        TakeAsync(token, (transaction, machine) => PinAsync(transaction, machine, hostKeyLine, instanceId), cancellationToken);

    public Task<BootReportOutcome> ReportAsync(string token, BootReport report, CancellationToken cancellationToken) =>
        TakeAsync(token, (transaction, machine) => RecordAsync(transaction, machine, report), cancellationToken);

    /// <summary>Records what a machine answered over SSH, when its own words were lost.</summary>
    internal Task RecordProvenAsync(Machine machine, SshHostKey hostKey, BootReport? report, CancellationToken cancellationToken) => database.WriteAsync(
        async transaction =>
        {
            await machines.PinHostKeyAsync(transaction, machine.Subject, hostKey.ToString());
            if (report is not null)
            {
                await RecordAsync(transaction, machine, report);
            }
        },
        cancellationToken);

    private Task<BootReportOutcome> TakeAsync(
        string token, Func<Transaction, Machine, Task<BootReportOutcome>> take, CancellationToken cancellationToken) => database.WriteAsync(
        async transaction =>
        {
            var machine = await MachineStore.FindByBootTokenAsync(transaction, ControlPlane.Hash(token));
            if (machine is null)
            {
                return BootReportOutcome.UnknownToken;
            }

            if (machine.BootStatus == "ok" && machine.Status is not (MachineStatus.Creating or MachineStatus.CloudInit))
            {
                // The token is spent. Phone-home often comes last, when the machine is known already; refusing it would only make cloud-init repeat it.
                return BootReportOutcome.Taken;
            }

            var outcome = await take(transaction, machine);
            await operations.WakeAsync(transaction, machine.OperationId);
            return outcome;
        },
        cancellationToken);

    private async Task<BootReportOutcome> PinAsync(Transaction transaction, Machine machine, string? hostKeyLine, string? instanceId)
    {
        if (machine.ServerId is { } serverId && instanceId != serverId.ToString(CultureInfo.InvariantCulture))
        {
            Log.WrongInstance(log, machine.Subject, serverId, instanceId);
            return BootReportOutcome.Refused;
        }

        if (TryParse(hostKeyLine) is not { } key)
        {
            Log.NoKey(log, machine.Subject);
            return BootReportOutcome.Refused;
        }

        if (!await machines.PinHostKeyAsync(transaction, machine.Subject, key.ToString()))
        {
            Log.SecondKey(log, machine.Subject, key.Fingerprint);
            return BootReportOutcome.Refused;
        }

        return BootReportOutcome.Taken;
    }

    private async Task<BootReportOutcome> RecordAsync(Transaction transaction, Machine machine, BootReport report)
    {
        var failed = report.Status != "ok";
        if (TryParse(report.HostKey) is { } key && !await machines.PinHostKeyAsync(transaction, machine.Subject, key.ToString()))
        {
            Log.SecondKey(log, machine.Subject, key.Fingerprint);
            return BootReportOutcome.Refused;
        }

        var message = failed
            ? $"First boot failed in phase '{report.Phase}' with exit code {report.ExitCode ?? "?"}. End of its log:\n{report.LogTail}"
            : null;
        await machines.SetBootAsync(
            transaction,
            machine.Subject,
            failed ? "failed" : "ok",
            message is { Length: > MessageLength } ? message[..MessageLength] : message,
            failed ? null : report.TailscaleNodeId,
            failed ? null : report.TailscaleIps?.Split([',', ' ', '\n'], StringSplitOptions.RemoveEmptyEntries).FirstOrDefault());
        return BootReportOutcome.Taken;
    }

    private static SshHostKey? TryParse(string? line)
    {
        try
        {
            return string.IsNullOrWhiteSpace(line) ? null : SshHostKey.Parse(line);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "{Subject}: phone-home came from instance {InstanceId}, but its server is {ServerId}; it was refused")]
        public static partial void WrongInstance(ILogger logger, string subject, long serverId, string? instanceId);

        [LoggerMessage(2, LogLevel.Warning, "{Subject}: phone-home brought no ed25519 host key; it was refused")]
        public static partial void NoKey(ILogger logger, string subject);

        [LoggerMessage(3, LogLevel.Error, "{Subject}: the machine reported again with another host key ({Fingerprint}); the first stays pinned. Somebody has the token, or the machine was rebuilt behind our back")]
        public static partial void SecondKey(ILogger logger, string subject, string fingerprint);
    }
}
