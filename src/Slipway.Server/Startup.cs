using Microsoft.Extensions.Options;
using Slipway.Blueprints;
using Slipway.Secrets;
using Slipway.Server.Access;
using Slipway.Storage;

namespace Slipway.Server;

/// <summary>Everything that can keep the server from starting, looked at once and reported together.</summary>
internal static class Startup
{
    public static async Task<List<string>> PrepareAsync(WebApplication app)
    {
        var problems = new List<string>();
        Collect(problems, () => app.Services.GetService<IStartupValidator>()?.Validate());
        Collect(problems, () => app.Services.GetRequiredService<BlueprintCatalog>());
        var secrets = app.Services.GetRequiredService<IOptions<SecretsOptions>>().Value;
        if (!string.IsNullOrWhiteSpace(secrets.MasterKey) || File.Exists(secrets.MasterKeyFile))
        {
            Collect(problems, () => KeyRing.LoadOrCreate(secrets, mayCreate: false));
        }

        if (problems.Count > 0)
        {
            return problems;
        }

        try
        {
            await app.Services.GetRequiredService<Migrator>().MigrateAsync();
        }
        catch (Exception e)
        {
            return [$"The database cannot be used: {e.Message}"];
        }

        Collect(problems, () => app.Services.GetRequiredService<KeyRing>());
        if (problems.Count == 0 && await FindStrangeKeyAsync(app) is { } strange)
        {
            problems.Add(strange);
        }

        if (problems.Count > 0)
        {
            return problems;
        }

        if (await app.Services.GetRequiredService<ApiTokens>().CreateFirstAsync() is { } first)
        {
            Console.WriteLine($"First API token (shown once, keep it safe): {first}");
        }

        return problems;
    }

    /// <summary>Servers on one database read each other's secrets, so they need the same key; each would otherwise make a file of its own.</summary>
    private static async Task<string?> FindStrangeKeyAsync(WebApplication app)
    {
        var keys = app.Services.GetRequiredService<KeyRing>();
        if (app.Services.GetRequiredService<Database>().IsSingleNode)
        {
            return null;
        }

        var known = await app.Services.GetRequiredService<Settings>().GetOrAddAsync("master-key", () => keys.Current.Id);
        return keys.Find(known) is not null
            ? null
            : $"This server's master key is not the one the servers on this database use (key '{known}'): give it theirs, as {SecretsOptions.EnvironmentVariable} or in its file.";
    }

    private static void Collect(List<string> problems, Action look)
    {
        try
        {
            look();
        }
        catch (Exception e)
        {
            problems.AddRange(Messages(e));
        }
    }

    private static IEnumerable<string> Messages(Exception exception) => exception switch
    {
        AggregateException all => all.InnerExceptions.SelectMany(Messages),
        OptionsValidationException invalid => invalid.Failures.Select(Readable),
        BlueprintException broken => broken.Problems.Select(p => p.ToString()),
        _ => [exception.Message],
    };

    /// <summary>The validator's frame ("DataAnnotation validation failed for …") tells an operator nothing.</summary>
    private static string Readable(string failure) =>
        failure.IndexOf("with the error: '", StringComparison.Ordinal) is > 0 and var at
            ? failure[(at + "with the error: '".Length)..].TrimEnd('.', '\'') + "."
            : failure;
}
