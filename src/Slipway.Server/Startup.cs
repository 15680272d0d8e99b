using Microsoft.Extensions.Options;
using Slipway.Blueprints;
using Slipway.Machines;
using Slipway.Machines.Authorities;
using Slipway.Secrets;
using Slipway.Server.Access;
using Slipway.Server.Orders;
using Slipway.Ssh;
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
        if (!string.IsNullOrWhiteSpace(secrets.MasterKey) || !string.IsNullOrWhiteSpace(secrets.MasterKeyCommand) || File.Exists(secrets.MasterKeyFile))
        {
            Collect(problems, () => KeyRing.LoadOrCreate(secrets, mayCreate: false));
        }

        if (problems.Count == 0)
        {
            // What is sold is made of all of those.
            Collect(problems, () => app.Services.GetRequiredService<OfferCatalog>());
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

        try
        {
            await app.Services.GetRequiredService<MasterKeyProof>().CheckAsync();
        }
        catch (MasterKeyException strange)
        {
            return [strange.Message];
        }

        await MakeWhatBackupsNeedAsync(app.Services.GetRequiredService<ControlPlane>(), app.Services.GetRequiredService<SshAuthorities>());
        if (await app.Services.GetRequiredService<ApiTokens>().CreateFirstAsync() is { } first)
        {
            Console.WriteLine($"First API token (shown once, keep it safe): {first}");
        }

        return problems;
    }

    /// <summary>Who we are is made before the first machine is, so that no backup is without it: with another id or authority, all there is at the clouds would be a stranger's.</summary>
    private static async Task MakeWhatBackupsNeedAsync(ControlPlane controlPlane, SshAuthorities authorities)
    {
        await controlPlane.GetIdAsync();
        try
        {
            await authorities.ListAsync();
        }
        catch (SshException)
        {
            // OpenSSH is not installed; 'slipway doctor' says so, and the first machine will wait for it.
        }
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
