using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Slipway.Secrets;

namespace Slipway.Blueprints;

/// <summary>A file ready for the machine. It may hold secrets, so its content is one.</summary>
public sealed record RenderedFile(string Path, string Owner, string Mode, Secret Content);

/// <summary>Puts values into a blueprint's texts, exactly as they are: a value is never searched for placeholders.</summary>
public static class BlueprintRendering
{
    public static string RenderSetup(this Blueprint blueprint) => Render(blueprint, Template.Parse(blueprint.Setup), NoSecrets);

    public static string RenderUnit(this Blueprint blueprint) => Render(blueprint, Template.Parse(blueprint.Unit.Text), NoSecrets);

    /// <summary>The files to write. One that mentions secrets is left out when none of them was given; else a missing optional one becomes empty text.</summary>
    /// <exception cref="ArgumentException">The secrets do not pass <see cref="SecretValidation"/>.</exception>
    public static IReadOnlyList<RenderedFile> RenderFiles(this Blueprint blueprint, IReadOnlyDictionary<string, Secret> secrets)
    {
        if (blueprint.ValidateSecrets(secrets) is { Count: > 0 } problems)
        {
            throw new ArgumentException($"The secrets do not fit blueprint {blueprint.Name}: {string.Join("; ", problems.Select(problem => problem.Message))}", nameof(secrets));
        }

        return [.. from file in blueprint.Files
                   let template = Template.Parse(file.Content)
                   where template.SecretNames.Count == 0 || template.SecretNames.Any(name => SecretValidation.IsGiven(secrets, name))
                   select new RenderedFile(file.Path, file.Owner, file.Mode, new Secret(Render(blueprint, template, secrets)))];
    }

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
