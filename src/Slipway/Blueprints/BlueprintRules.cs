using System.Globalization;
using System.Text.RegularExpressions;

namespace Slipway.Blueprints;

/// <summary>What a text value must look like, and how to say so.</summary>
internal sealed record TextRule(Func<string, bool> Allows, string Expectation);

/// <summary>The rules for the values of a blueprint.</summary>
internal static partial class BlueprintRules
{
    public static TextRule AnyText { get; } = new(text => !string.IsNullOrWhiteSpace(text), "text");

    public static TextRule Anything { get; } = new(_ => true, "text");

    /// <summary>An RFC 1123 label: it becomes a part of host names.</summary>
    public static TextRule Name { get; } = new(
        text => text.Length <= 40 && NameForm().IsMatch(text), "1 to 40 lower-case letters, digits and inner dashes, such as 'my-agent'");

    public static TextRule ProviderName { get; } = new(
        text => ProviderNameForm().IsMatch(text), "a name as Hetzner writes it, such as 'cx23', 'debian-12' or 'fsn1'");

    public static TextRule Executor { get; } = new(Executors.IsKnown, $"'{Executors.InProcess}' or '{Executors.GitHubActions}'");

    public static TextRule User { get; } = new(
        text => UserForm().IsMatch(text) && text is not "root", "a Linux user name other than root, such as 'agent'");

    public static TextRule Owner { get; } = new(
        text => text.Split(':') is [var user, var group] && UserForm().IsMatch(user) && UserForm().IsMatch(group), "user:group, such as 'agent:agent'");

    public static TextRule Mode { get; } = new(text => ModeForm().IsMatch(text), "four octal digits from \"0000\" to \"0777\", such as \"0600\"");

    public static TextRule Path { get; } = new(
        text => PathForm().IsMatch(text) && !text.Split('/').Any(part => part is "." or ".."),
        "an absolute, plain path without '..', '//' or a '/' at the end, such as '/home/agent/app/.env'");

    public static TextRule Package { get; } = new(text => PackageForm().IsMatch(text), "a Debian package name, such as 'curl'");

    public static TextRule UnitName { get; } = new(
        text => UnitNameForm().IsMatch(text) && !text.EndsWith(".service", StringComparison.Ordinal), "a unit name without '.service', such as 'hello-agent'");

    /// <summary>A file name that needs no escaping in a unit.</summary>
    public static TextRule CredentialName { get; } = new(
        text => CredentialForm().IsMatch(text), "1 to 64 lower-case letters, digits, dashes and underscores, beginning with a letter, such as 'api_key'");

    public static TextRule HardeningName { get; } = new(text => Hardening.Names.Contains(text), string.Join(", ", Hardening.Names));

    public static TextRule Loopback { get; } = new(
        text => Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.IsLoopback && uri.UserInfo.Length == 0 && AddressForm().IsMatch(text),
        "an address of the machine itself, such as 'http://127.0.0.1:8080/health': it is asked from there");

    /// <summary>The name of a secret or parameter, as environment variables are named.</summary>
    public static TextRule VariableName { get; } = new(
        text => text.Length <= 64 && VariableForm().IsMatch(text), "capital letters, digits and underscores, such as 'API_KEY'");

    public static bool TryParseDuration(string text, out TimeSpan duration)
    {
        duration = default;
        if (DurationForm().Match(text) is not { Success: true } match)
        {
            return false;
        }

        var number = int.Parse(match.Groups["number"].Value, CultureInfo.InvariantCulture);
        duration = match.Groups["unit"].Value switch
        {
            "ms" => TimeSpan.FromMilliseconds(number),
            "s" => TimeSpan.FromSeconds(number),
            "m" => TimeSpan.FromMinutes(number),
            _ => TimeSpan.FromHours(number),
        };
        return true;
    }

    /// <summary>What a value may be when no pattern says more: it lands in files read line by line.</summary>
    public static bool IsOnePlainLine(string value) => !value.Any(char.IsControl);

    [GeneratedRegex(@"\A[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NameForm();

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9._-]{0,99}\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ProviderNameForm();

    [GeneratedRegex(@"\A[a-z_][a-z0-9_-]{0,30}\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex UserForm();

    [GeneratedRegex(@"\A0[0-7]{3}\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ModeForm();

    [GeneratedRegex(@"\A(?:/[A-Za-z0-9._@+-]+)+\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PathForm();

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9+.-]+(?:=[A-Za-z0-9.+:~-]+)?\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PackageForm();

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9_.-]{0,99}\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex UnitNameForm();

    [GeneratedRegex(@"\A[a-z][a-z0-9_-]{0,63}\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex CredentialForm();

    [GeneratedRegex(@"\A[A-Za-z0-9:/._~?&=%+\[\]-]+\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex AddressForm();

    [GeneratedRegex(@"\A[A-Z][A-Z0-9_]*\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex VariableForm();

    [GeneratedRegex(@"\A(?<number>[1-9][0-9]{0,6})(?<unit>ms|s|m|h)\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex DurationForm();
}
