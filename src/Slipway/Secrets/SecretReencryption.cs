using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Slipway.Secrets;

/// <summary>
/// Encrypts anew what an older key was used for, a row at a time and each in one statement: a process that dies leaves every row readable under one of its
/// keys, and whoever starts next goes on.
/// </summary>
public sealed partial class SecretReencryption(SecretStore secrets, KeyRing keys, TimeProvider time, ILogger<SecretReencryption> log) : BackgroundService
{
    private const int Batch = 100;

    /// <summary>A server that starts later with the older key first may still write under it.</summary>
    private static readonly TimeSpan Every = TimeSpan.FromHours(1);

    /// <returns>How many were encrypted anew.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var count = 0;
        SecretRow? last = null;
        while (await secrets.ListOutdatedAsync(last, Batch, cancellationToken) is { Count: > 0 } rows)
        {
            foreach (var row in rows)
            {
                cancellationToken.ThrowIfCancellationRequested();
                count += await TryAsync(row, cancellationToken) ? 1 : 0;
            }

            last = rows[^1];
        }

        if (count > 0)
        {
            Log.Done(log, count, keys.Current.Id);
        }

        return count;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        try
        {
            do
            {
                await TryRunAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // The host stops.
        }
    }

    private async Task TryRunAsync(CancellationToken stopping)
    {
        try
        {
            await RunAsync(stopping);
        }
        catch (Exception e) when (!stopping.IsCancellationRequested)
        {
            Log.Failed(log, e, Every);
        }
    }

    private async Task<bool> TryAsync(SecretRow row, CancellationToken cancellationToken)
    {
        try
        {
            return await secrets.ReencryptAsync(row, cancellationToken);
        }
        catch (SecretDecryptionException damaged)
        {
            // It is as unreadable as before; the others do not wait for it.
            Log.Damaged(log, damaged.Message);
            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "{Count} secret(s) of older keys are now encrypted with master key {KeyId}; 'slipway-server keys list' says which keys nothing needs any more")]
        public static partial void Done(ILogger logger, int count, string keyId);

        [LoggerMessage(2, LogLevel.Error, "A secret stays under its older key: {Reason}")]
        public static partial void Damaged(ILogger logger, string reason);

        [LoggerMessage(3, LogLevel.Warning, "Secrets could not be encrypted anew; next try in {Period}")]
        public static partial void Failed(ILogger logger, Exception exception, TimeSpan period);
    }
}
