using YamlDotNet.RepresentationModel;

namespace Slipway.Blueprints;

/// <summary>Checks that every placeholder names something declared, stands where it may, and that every declaration is used.</summary>
internal static class BlueprintPlaceholders
{
    public static void Check(BlueprintSource source, BlueprintSection root, Blueprint blueprint)
    {
        var used = new HashSet<string>(StringComparer.Ordinal);
        CheckText(root.Scalar("setup"), "setup travels in user_data, which every process on the machine can read", shell: true);
        if (root.Mapping("unit") is { } unit)
        {
            CheckText(new BlueprintSection(source, unit, "'unit'", keys: null).Scalar("text"), "every user of the machine can read a unit");
        }

        foreach (var item in root.Items("files").Concat(root.Items("credentials")).OfType<YamlMappingNode>())
        {
            CheckText(new BlueprintSection(source, item, "the file", keys: null).Scalar("content"), whyNoSecrets: null);
        }

        foreach (var secret in blueprint.Secrets.Where(secret => !used.Contains("secrets." + secret.Name)))
        {
            source.Report(Declaration("secrets", secret.Name), $"no file or credential uses the secret '{secret.Name}': remove it, or write {{{{ secrets.{secret.Name} }}}} into one");
        }

        foreach (var parameter in blueprint.Parameters.Where(parameter => !used.Contains("parameters." + parameter.Name)))
        {
            source.Report(Declaration("parameters", parameter.Name), $"nothing uses the parameter '{parameter.Name}': remove it, or write {{{{ parameters.{parameter.Name} }}}} somewhere");
        }

        void CheckText(YamlScalarNode? node, string? whyNoSecrets, bool shell = false)
        {
            var template = Template.Parse(node?.Value ?? "");
            foreach (var problem in template.Problems)
            {
                source.Report(node!, problem.Offset, problem.Message);
            }

            foreach (var placeholder in template.Placeholders)
            {
                var isSecret = placeholder.Kind == PlaceholderKind.Secret;
                var declared = isSecret ? blueprint.Secrets.Select(secret => secret.Name) : blueprint.Parameters.Select(parameter => parameter.Name);
                used.Add($"{(isSecret ? "secrets" : "parameters")}.{placeholder.Name}");
                if (isSecret && whyNoSecrets is not null)
                {
                    source.Report(node!, placeholder.Offset, $"{placeholder.Written} cannot be here: {whyNoSecrets}. Secrets belong in 'credentials' or 'files'");
                }
                else if (!declared.Contains(placeholder.Name))
                {
                    source.Report(node!, placeholder.Offset, $"{placeholder.Written} is not declared under '{(isSecret ? "secrets" : "parameters")}'{Suggestion.For(placeholder.Name, declared)}");
                }
                else if (shell && placeholder.Quoting.Name != "shell")
                {
                    source.Report(node!, placeholder.Offset, $"setup is a shell script: write {{{{ parameters.{placeholder.Name} | shell }}}}, outside of quotes");
                }
            }
        }

        YamlNode Declaration(string section, string name) =>
            root.Mapping(section)!.Children.Keys.First(key => key is YamlScalarNode scalar && scalar.Value == name);
    }
}
