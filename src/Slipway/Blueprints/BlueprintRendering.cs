using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Slipway.Secrets;

namespace Slipway.Blueprints;

/// <summary>A file ready for the machine. It may hold secrets, so its content is one.</summary>
public sealed record RenderedFile(string Path, string Owner, string Mode, Secret Content);

/// <summary>A credential ready for the machine, which encrypts it before it is written.</summary>
/// <param name="Name">The file's name in the unit's <c>$CREDENTIALS_DIRECTORY</c>.</param>
/// <param name="Path">Where the machine keeps it, encrypted with a key of its own.</param>
public sealed record RenderedCredential(string Name, string Path, Secret Content);

/// <summary>Puts values into a blueprint's texts, exactly as they are: a value is never searched for placeholders.</summary>
public static class BlueprintRendering
{
    public static string RenderSetup(this Blueprint blueprint) => Render(blueprint, Template.Parse(blueprint.Setup), NoSecrets);

    /// <summary>The unit's text with its hardening.</summary>
    public static string RenderUnit(this Blueprint blueprint) => Hardening.Apply(blueprint, Render(blueprint, Template.Parse(blueprint.Unit.Text), NoSecrets));

    /// <summary>The unit and what Slipway adds to it.</summary>
    public static IReadOnlyList<RenderedFile> RenderUnitFiles(this Blueprint blueprint, IReadOnlyList<RenderedCredential> credentials) =>
    [
        new(UnitDropIn.UnitPath(blueprint), "root:root", "0644", new Secret(blueprint.RenderUnit())),
        new(UnitDropIn.Path(blueprint), "root:root", "0644", new Secret(UnitDropIn.Render(blueprint, credentials))),
    ];

    /// <summary>The credentials to encrypt on the machine; one whose secrets were all left out is left out too.</summary>
    /// <exception cref="ArgumentException">The secrets do not pass <see cref="SecretValidation"/>.</exception>
    public static IReadOnlyList<RenderedCredential> RenderCredentials(this Blueprint blueprint, IReadOnlyDictionary<string, Secret> secrets)
    {
        Validate(blueprint, secrets);
        return [.. from credential in blueprint.Credentials
                   let template = Template.Parse(credential.Content)
                   where IsWanted(template, secrets)
                   select new RenderedCredential(
                       credential.Name, CredentialPath(blueprint, credential), new Secret(Render(blueprint, template, secrets)))];
    }

    /// <summary>The files to write. One that mentions secrets is left out when none of them was given; else a missing optional one becomes empty text.</summary>
    /// <exception cref="ArgumentException">The secrets do not pass <see cref="SecretValidation"/>.</exception>
    public static IReadOnlyList<RenderedFile> RenderFiles(this Blueprint blueprint, IReadOnlyDictionary<string, Secret> secrets)
    {
        Validate(blueprint, secrets);
        return [.. from file in blueprint.Files
                   let template = Template.Parse(file.Content)
                   where IsWanted(template, secrets)
                   select new RenderedFile(file.Path, file.Owner, file.Mode, new Secret(Render(blueprint, template, secrets)))];
    }

    /// <summary>The paths of files and credentials that are not to be there with these secrets; earlier ones may have left them.</summary>
    public static IReadOnlyList<(string Path, string User)> UnwantedPaths(this Blueprint blueprint, IReadOnlyDictionary<string, Secret> secrets) =>
    [
        .. blueprint.Files.Where(file => !IsWanted(Template.Parse(file.Content), secrets)).Select(file => (file.Path, file.Owner.Split(':')[0])),
        .. blueprint.Credentials.Where(credential => !IsWanted(Template.Parse(credential.Content), secrets)).Select(credential => (CredentialPath(blueprint, credential), "root")),
    ];

    /// <summary>The blueprint with parameters of the operator's choice, and a digest that tells it apart.</summary>
    /// <exception cref="BlueprintException">A parameter the blueprint does not have, or a value that does not fit.</exception>
    public static Blueprint WithParameters(this Blueprint blueprint, IReadOnlyDictionary<string, string> values)
    {
        var names = blueprint.Parameters.Select(parameter => parameter.Name).ToList();
        var problems = new List<BlueprintProblem>();
        foreach (var (name, value) in values)
        {
            if (blueprint.Parameters.FirstOrDefault(parameter => parameter.Name == name) is not { } parameter)
            {
                problems.Add(Problem($"configuration sets a parameter '{name}' the blueprint does not have{Suggestion.For(name, names)}"));
            }
            else if (!BlueprintValues.Allows(parameter.Pattern, value))
            {
                problems.Add(Problem($"configuration sets '{name}' to a value that does not match {BlueprintValues.Expectation(parameter.Pattern)}"));
            }
        }

        if (problems.Count > 0)
        {
            throw new BlueprintException(problems);
        }

        return values.Count == 0 ? blueprint : blueprint with
        {
            Parameters = [.. blueprint.Parameters.Select(parameter => parameter with { Value = values.GetValueOrDefault(parameter.Name, parameter.Value) })],
            Digest = DigestOf(blueprint, values),
        };

        BlueprintProblem Problem(string message) => new($"{blueprint.Name}.yaml", 1, 1, message);
    }

    private static IReadOnlyDictionary<string, Secret> NoSecrets { get; } = new Dictionary<string, Secret>();

    internal static string CredentialPath(Blueprint blueprint, BlueprintCredential credential) => $"/etc/credstore.encrypted/{blueprint.Unit.Name}.{credential.Name}";

    private static void Validate(Blueprint blueprint, IReadOnlyDictionary<string, Secret> secrets)
    {
        if (blueprint.ValidateSecrets(secrets) is { Count: > 0 } problems)
        {
            throw new ArgumentException($"The secrets do not fit blueprint {blueprint.Name}: {string.Join("; ", problems.Select(problem => problem.Message))}", nameof(secrets));
        }
    }

    private static bool IsWanted(Template template, IReadOnlyDictionary<string, Secret> secrets) =>
        template.SecretNames.Count == 0 || template.SecretNames.Any(name => SecretValidation.IsGiven(secrets, name));

    private static string Render(Blueprint blueprint, Template template, IReadOnlyDictionary<string, Secret> secrets) =>
        template.Render(placeholder => placeholder.Kind == PlaceholderKind.Secret
            ? secrets.TryGetValue(placeholder.Name, out var secret) ? secret.Reveal() : ""
            : blueprint.Parameters.Single(parameter => parameter.Name == placeholder.Name).Value);

    private static string DigestOf(Blueprint blueprint, IReadOnlyDictionary<string, string> values)
    {
        var text = new StringBuilder(blueprint.Digest);
        foreach (var (name, value) in values.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            text.Append('\n').Append(name).Append('=').Append(JsonEncodedText.Encode(value));
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}
