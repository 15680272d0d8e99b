using Microsoft.Extensions.Options;
using Slipway.Secrets;
using Slipway.Storage;
using Slipway.Storage.Backups;

namespace Slipway.Server.Backups;

/// <summary><c>slipway-server backup FILE</c> and <c>slipway-server restore FILE [--force]</c>: with the server's own configuration, and without the server.</summary>
internal static class BackupCommands
{
    private const string Force = "--force";
    private const string Usage = "Usage: slipway-server backup FILE | slipway-server restore FILE [--force], with the same settings as the server.";

    public static bool Knows(string[] args) => args is ["backup" or "restore", ..];

    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error, TimeProvider time)
    {
        if (args.Length < 2 || args[1].StartsWith('-'))
        {
            await error.WriteLineAsync(Usage);
            return 2;
        }

        var builder = WebApplication.CreateBuilder([.. args.Skip(2).Where(a => a != Force)]);
        builder.Configuration.AddFamiliarNames();
        builder.Services.AddStorage();
        builder.Services.AddSecrets();
        await using var services = builder.Services.BuildServiceProvider();
        try
        {
            var backup = DatabaseBackup.For(services.GetRequiredService<StorageOptions>(), time);
            await (args[0] == "backup"
                ? BackupAsync(backup, args[1], output)
                : RestoreAsync(backup, args[1], args.Contains(Force), services.GetRequiredService<IOptions<SecretsOptions>>().Value, output));
            return 0;
        }
        catch (Exception e) when (e is BackupException or MasterKeyException or SecretDecryptionException or IOException or UnauthorizedAccessException
            or OptionsValidationException or System.Data.Common.DbException)
        {
            await error.WriteLineAsync(e.Message);
            return 1;
        }
    }

    private static async Task BackupAsync(DatabaseBackup backup, string file, TextWriter output)
    {
        await backup.BackupAsync(file);
        await output.WriteLineAsync($"The database is backed up to {Path.GetFullPath(file)}, and the file is checked. The master key is not in it: keep that too, elsewhere.");
    }

    private static async Task RestoreAsync(DatabaseBackup backup, string file, bool force, SecretsOptions options, TextWriter output)
    {
        // Never a new key: it could not open what is restored.
        var keys = KeyRing.LoadOrCreate(options, mayCreate: false);
        var result = await backup.RestoreAsync(file, force, database => SecretStore.CheckAllAsync(database, new SecretCipher(keys)));
        await output.WriteLineAsync($"{Path.GetFullPath(file)} is restored, and the master key opens its secrets." + (result.Replaced is null ? "" : $" The database before it is kept as {result.Replaced}."));
        await output.WriteLineAsync(
            "Start the server. What it has forgotten is quarantined at the clouds and removed only after the grace (24 h by default); servers that are missing are not made "
            + "anew before that is over, or 'slipway reconcile --accept-missing' says that they may be.");
    }
}
