using System.Buffers;
using System.Text.Unicode;
using Slipway.Secrets;

namespace Slipway.Blueprints;

/// <summary>Why the secrets a customer gave will not do. The message names the secret and the rule, never the value.</summary>
public sealed record SecretProblem(string Name, string Message);

/// <summary>Compares the secrets a customer gave with those a blueprint asks for.</summary>
public static class SecretValidation
{
    public const int MaximumLength = 16 * 1024;

    public static IReadOnlyList<SecretProblem> ValidateSecrets(this Blueprint blueprint, IReadOnlyDictionary<string, Secret> secrets)
    {
        var problems = new List<SecretProblem>();
        foreach (var declared in blueprint.Secrets)
        {
            if (!IsGiven(secrets, declared.Name))
            {
                if (declared.Required)
                {
                    problems.Add(new SecretProblem(declared.Name, $"{declared.Name} is missing: {declared.Description}"));
                }
            }
            else if (Objection(declared, secrets[declared.Name].Reveal()) is { } objection)
            {
                problems.Add(new SecretProblem(declared.Name, $"{declared.Name} {objection}"));
            }
        }

        problems.AddRange(blueprint.Files.SelectMany(file => Halves(blueprint, file.Path, file.Content, secrets)));
        problems.AddRange(blueprint.Credentials.SelectMany(credential => Halves(blueprint, $"credential {credential.Name}", credential.Content, secrets)));
        problems.AddRange(secrets.Keys.Where(name => blueprint.Secrets.All(declared => declared.Name != name)).Select(name => Unknown(blueprint, name)));
        return [.. problems.DistinctBy(problem => problem.Name)];
    }

    /// <summary>The same for secrets that just arrived as plain text; a JSON null is a secret not given.</summary>
    public static IReadOnlyList<SecretProblem> ValidateSecrets(this Blueprint blueprint, IReadOnlyDictionary<string, string> secrets) =>
        blueprint.ValidateSecrets(secrets.ToDictionary(pair => pair.Key, pair => new Secret(pair.Value ?? ""), StringComparer.Ordinal));

    /// <summary>Checks secrets that are to change together with those that stay; an empty one is taken away.</summary>
    public static IReadOnlyList<SecretProblem> ValidateChange(this Blueprint blueprint, IReadOnlyDictionary<string, Secret> present, IReadOnlyDictionary<string, Secret> changes)
    {
        var wanted = blueprint.Secrets.Where(s => present.ContainsKey(s.Name)).ToDictionary(s => s.Name, s => present[s.Name], StringComparer.Ordinal);
        foreach (var (name, value) in changes)
        {
            wanted[name] = value;
        }

        return blueprint.ValidateSecrets(wanted);
    }

    /// <summary>An empty field of a form is a secret not given.</summary>
    internal static bool IsGiven(IReadOnlyDictionary<string, Secret> secrets, string name) =>
        secrets.TryGetValue(name, out var secret) && secret.Reveal().Length > 0;

    private static string? Objection(BlueprintSecret declared, string value) =>
        value.Length > MaximumLength ? $"is longer than {MaximumLength} characters"
        : value.Contains('\0', StringComparison.Ordinal) ? "contains a NUL character"
        : !IsWellFormed(value) ? "is not well-formed text (half a surrogate pair)"
        : BlueprintValues.Allows(declared.Pattern, value) ? null
        : $"does not match {BlueprintValues.Expectation(declared.Pattern)}";

    private static bool IsWellFormed(string value) => Utf8.FromUtf16(value, new byte[value.Length * 3], out _, out _, replaceInvalidSequences: false) == OperationStatus.Done;

    /// <summary>A file made of optional secrets only is written whole or not at all: half a credential is worse than none.</summary>
    private static IEnumerable<SecretProblem> Halves(Blueprint blueprint, string place, string content, IReadOnlyDictionary<string, Secret> secrets)
    {
        var names = Template.Parse(content).SecretNames;
        var given = names.Where(name => IsGiven(secrets, name)).ToList();
        return given.Count == 0 || blueprint.Secrets.Any(secret => secret.Required && names.Contains(secret.Name))
            ? []
            : names.Except(given).Select(name => new SecretProblem(name, $"{name} is missing: {place} needs it together with {string.Join(", ", given)}"));
    }

    private static SecretProblem Unknown(Blueprint blueprint, string name) =>
        // Somebody may have swapped name and value; only what can be a name is repeated.
        BlueprintRules.VariableName.Allows(name) && name.Contains('_', StringComparison.Ordinal)
            ? new SecretProblem(name, $"blueprint {blueprint.Name} has no secret {name}{Suggestion.For(name, blueprint.Secrets.Select(secret => secret.Name))}")
            : new SecretProblem("", $"blueprint {blueprint.Name} was given a secret it does not have, under a name that is not repeated here; it has {string.Join(", ", blueprint.Secrets.Select(secret => secret.Name))}");
}
