using Microsoft.Extensions.Options;
using Slipway.Blueprints;
using Slipway.Machines;
using Slipway.Secrets;
using Slipway.Storage;

namespace Slipway.Server;

/// <summary>The rooms that everything else stands on.</summary>
internal static class Rooms
{
    public static void AddStorage(this IServiceCollection services)
    {
        services.AddOptions<StorageOptions>()
            .Configure<IConfiguration>((options, configuration) => options.Database = configuration["Database"] ?? options.Database)
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.AddSingleton(p => p.GetRequiredService<IOptions<StorageOptions>>().Value);
        services.AddSingleton<Database>();
        services.AddSingleton<Migrator>();
        services.AddSingleton<Settings>();
        services.AddSingleton<Entropy>();
        services.AddSingleton<IdSource>();
    }

    /// <summary>Which database it will be: what is registered differs, not only what is connected to.</summary>
    public static StorageOptions GetStorage(this IConfiguration configuration) =>
        new() { Database = configuration["Database"] ?? new StorageOptions().Database };

    public static void AddSecrets(this IServiceCollection services)
    {
        services.AddOptions<SecretsOptions>().BindConfiguration(SecretsOptions.Section)
            .Configure(options => options.MasterKeyFile ??= "slipway.key");
        // Made at start, once the schema is there. A new key could not open what is stored, so a lost key file must stop the start.
        services.AddSingleton(p => KeyRing.LoadOrCreate(
            p.GetRequiredService<IOptions<SecretsOptions>>().Value, mayCreate: !AnySecretsAsync(p.GetRequiredService<Database>()).GetAwaiter().GetResult()));
        services.AddSingleton<SecretCipher>();
        services.AddSingleton<SecretStore>();
        services.AddSingleton<MasterKeyProof>();
        services.AddHostedService<SecretReencryption>();
    }

    public static void AddBlueprints(this IServiceCollection services)
    {
        services.AddSingleton<BlueprintStore>();
        services.AddSingleton(p => BlueprintCatalog.Load(
            p.GetRequiredService<IConfiguration>()["Machines:BlueprintDirectory"] ?? new MachinesOptions().BlueprintDirectory,
            Parameters(p.GetRequiredService<IConfiguration>())));
    }

    private static async Task<bool> AnySecretsAsync(Database database) =>
        await database.FirstOrDefaultAsync<long?>("SELECT 1 FROM secrets LIMIT 1") is not null;

    private static Dictionary<string, IReadOnlyDictionary<string, string>> Parameters(IConfiguration configuration) =>
        configuration.GetSection("Blueprints").GetChildren().ToDictionary(
            blueprint => blueprint.Key,
            IReadOnlyDictionary<string, string> (blueprint) => blueprint.GetSection("Parameters").GetChildren()
                .ToDictionary(p => p.Key, p => p.Value ?? "", StringComparer.Ordinal),
            StringComparer.Ordinal);
}
