using System.Globalization;
using Microsoft.Extensions.Options;
using Slipway.Machines;
using Slipway.Secrets;
using Slipway.Storage;

namespace Slipway.Server.Keys;

/// <summary><c>slipway-server keys list</c>, <c>keys rotate</c> and <c>keys drop ID</c>: with the server's own configuration. Keys are named, never shown.</summary>
internal static class KeyCommands
{
    private const string Usage = "Usage: slipway-server keys list | keys rotate | keys drop ID, with the same settings as the server.";

    public static bool Knows(string[] args) => args is ["keys", ..];

    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error)
    {
        var settings = args.Skip(1).Where(a => a.StartsWith('-')).ToArray();
        var words = args.Skip(1).Where(a => !a.StartsWith('-')).ToArray();
        var builder = WebApplication.CreateBuilder(settings);
        builder.Configuration.AddFamiliarNames();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddStorage();
        builder.Services.AddSecrets();
        builder.Services.AddSingleton<MachineStore>();
        await using var services = builder.Services.BuildServiceProvider();
        try
        {
            var options = services.GetRequiredService<IOptions<SecretsOptions>>().Value;
            var keys = KeyRing.LoadOrCreate(options, mayCreate: false);
            switch (words)
            {
                case ["list"]:
                    await ListAsync(keys, services, output);
                    return 0;
                case ["rotate"]:
                    await RotateAsync(keys, FileOf(options), services.GetRequiredService<Database>(), output);
                    return 0;
                case ["drop", var id]:
                    await DropAsync(keys, id, FileOf(options), services, output);
                    return 0;
                default:
                    await error.WriteLineAsync(Usage);
                    return 2;
            }
        }
        catch (Exception e) when (e is MasterKeyException or IOException or UnauthorizedAccessException or OptionsValidationException or System.Data.Common.DbException)
        {
            await error.WriteLineAsync(e.Message);
            return 1;
        }
    }

    private static async Task ListAsync(KeyRing keys, ServiceProvider services, TextWriter output)
    {
        var uses = await UsesAsync(keys, services);
        foreach (var key in keys.All)
        {
            var (secrets, machines) = uses[key.Id];
            var standing = key == keys.Current ? "current" : secrets + machines == 0 ? "retired: nothing needs it" : "needed";
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{key.Id}  {secrets} secret(s)  {machines} booting machine(s)  {standing}"));
        }
    }

    private static async Task RotateAsync(KeyRing keys, string file, Database database, TextWriter output)
    {
        if (!database.IsSingleNode)
        {
            throw new MasterKeyException(
                "Several servers may work on this database, and none may write what another cannot read. Make a key with 'openssl rand -base64 32', add it behind the present one "
                + "on every server and restart each; then put it in front on every server and restart each again.");
        }

        var next = MasterKey.Create();
        MasterKeyFile.Replace(file, new KeyRing(next, [.. keys.All]));
        await output.WriteLineAsync($"{file} begins with a new key, {next.Id}. Back it up now, then restart the server: it encrypts all secrets anew while it works. When 'slipway-server keys list' "
            + $"says that nothing needs {keys.Current.Id}, 'slipway-server keys drop {keys.Current.Id}' takes it out; backups from before need it for as long as you keep them.");
    }

    private static async Task DropAsync(KeyRing keys, string id, string file, ServiceProvider services, TextWriter output)
    {
        if (keys.Find(id) is not { } key)
        {
            throw new MasterKeyException($"No key {id} is in {file}: {string.Join(", ", keys.Ids)} are.");
        }

        var (secrets, machines) = (await UsesAsync(keys, services))[id];
        if (key == keys.Current || secrets + machines > 0)
        {
            var places = await services.GetRequiredService<SecretStore>().ListPlacesAsync(id, 5);
            throw new MasterKeyException(
                key == keys.Current ? $"Key {id} is the current one. Make another with 'slipway-server keys rotate' first."
                : string.Create(CultureInfo.InvariantCulture, $"Key {id} is needed for {secrets} secret(s) ({string.Join(", ", places)}) and {machines} booting machine(s). Start the server and let it encrypt them anew first."));
        }

        MasterKeyFile.Replace(file, new KeyRing(keys.Current, [.. keys.All.Where(k => k != keys.Current && k != key)]));
        await output.WriteLineAsync($"Key {id} is out of {file}. Backups that were made while it was in use need it: keep it with them.");
    }

    /// <summary>What needs each key: secrets, and machines whose boot token was made with it and which have not come up yet.</summary>
    private static async Task<Dictionary<string, (long Secrets, int Machines)>> UsesAsync(KeyRing keys, ServiceProvider services)
    {
        var secrets = await services.GetRequiredService<SecretStore>().CountByKeyAsync();
        var booting = await services.GetRequiredService<MachineStore>().ListBootingAsync();
        return keys.All.ToDictionary(
            key => key.Id,
            key => (secrets.GetValueOrDefault(key.Id), booting.Count(machine => ControlPlane.HasBootToken(machine, key))),
            StringComparer.Ordinal);
    }

    private static string FileOf(SecretsOptions options) => string.IsNullOrWhiteSpace(options.MasterKey) && string.IsNullOrWhiteSpace(options.MasterKeyCommand)
        ? options.MasterKeyFile!
        : throw new MasterKeyException(
            $"The keys come from {(string.IsNullOrWhiteSpace(options.MasterKey) ? $"{SecretsOptions.Section}:{nameof(SecretsOptions.MasterKeyCommand)}" : SecretsOptions.EnvironmentVariable)}, "
            + "which only you can change: put a new key, made with 'openssl rand -base64 32', in front of the others, or take out one that nothing needs.");
}
