namespace Slipway.Blueprints;

/// <summary>Reads what a blueprint asks for from outside: parameters from the operator, secrets from the customer.</summary>
internal static class BlueprintValues
{
    public static IReadOnlyList<BlueprintParameter> ReadParameters(BlueprintSource source, BlueprintSection root)
    {
        var parameters = new List<BlueprintParameter>();
        foreach (var (name, section) in root.Named("parameters", BlueprintKeys.Parameter))
        {
            var parameter = new BlueprintParameter(
                name,
                section.Text("description", BlueprintRules.AnyText),
                section.Text("default", BlueprintRules.Anything),
                ReadPattern(source, section));
            if (section.Has("default") && !Allows(parameter.Pattern, parameter.Value))
            {
                source.Report(section.At("default"), $"the default of '{name}' does not match {Expectation(parameter.Pattern)}");
            }

            parameters.Add(parameter);
        }

        return parameters;
    }

    public static IReadOnlyList<BlueprintSecret> ReadSecrets(BlueprintSource source, BlueprintSection root)
    {
        var secrets = new List<BlueprintSecret>();
        foreach (var (name, section) in root.Named("secrets", BlueprintKeys.Secret))
        {
            var secret = new BlueprintSecret(
                name,
                section.Text("description", BlueprintRules.AnyText),
                section.Flag("required", fallback: true),
                ReadPattern(source, section),
                section.OptionalText("example", BlueprintRules.AnyText));
            if (secret.Example is { Length: > 0 } example && !Allows(secret.Pattern, example))
            {
                source.Report(section.At("example"), $"the example of '{name}' does not match {Expectation(secret.Pattern)}");
            }

            secrets.Add(secret);
        }

        return secrets;
    }

    public static bool Allows(ValuePattern? pattern, string value) => pattern?.Matches(value) ?? BlueprintRules.IsOnePlainLine(value);

    public static string Expectation(ValuePattern? pattern) => pattern is null ? "the rule for values without a pattern: one line without control characters" : $"its pattern {pattern}";

    private static ValuePattern? ReadPattern(BlueprintSource source, BlueprintSection section)
    {
        if (section.OptionalText("pattern", BlueprintRules.AnyText) is not { Length: > 0 } text)
        {
            return null;
        }

        var pattern = ValuePattern.Create(text, out var problem);
        if (pattern is null)
        {
            source.Report(section.At("pattern"), $"'pattern' is not a usable regular expression: {problem}");
        }

        return pattern;
    }
}
