using System.Security.Cryptography;
using System.Text;

namespace Slipway.Blueprints;

/// <summary>Reads a blueprint file, and says everything that is wrong with it at once.</summary>
public static class BlueprintParser
{
    private static readonly TimeSpan LongestHealthTimeout = TimeSpan.FromMinutes(30);

    /// <param name="yaml">The file's text.</param>
    /// <param name="fileName">The file's name, such as <c>hello.yaml</c>: the blueprint must be called the same.</param>
    public static Blueprint Parse(string yaml, string fileName)
    {
        var text = Canonical(yaml);
        var source = new BlueprintSource(fileName, text);
        var root = source.ReadDocument();
        var blueprint = root is null ? null : Read(source, new BlueprintSection(source, root, "the blueprint", BlueprintKeys.Root), text, fileName);
        return blueprint is null || source.Problems.Count > 0 ? throw new BlueprintException(source.Problems) : blueprint;
    }

    private static Blueprint Read(BlueprintSource source, BlueprintSection root, string text, string fileName)
    {
        var user = root.Text("user", BlueprintRules.User);
        var blueprint = new Blueprint
        {
            Name = ReadName(source, root, fileName),
            Description = root.Text("description", BlueprintRules.AnyText),
            Machine = ReadMachine(source, root),
            User = user,
            Sudo = root.Flag("sudo", fallback: false),
            Packages = root.Texts("packages", BlueprintRules.Package),
            Setup = root.Text("setup", BlueprintRules.Anything, fallback: ""),
            RepeatableSetup = root.Flag("repeatable_setup", fallback: false),
            Parameters = BlueprintValues.ReadParameters(source, root),
            Secrets = BlueprintValues.ReadSecrets(source, root),
            Files = BlueprintFiles.Read(source, root, user),
            Credentials = BlueprintFiles.ReadCredentials(source, root),
            Unit = ReadUnit(source, root, user),
            Health = ReadHealth(source, root),
            Tailscale = ReadTailscale(root),
            Executor = root.OptionalText("executor", BlueprintRules.Executor),
            Yaml = text,
            Digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text))),
        };
        BlueprintPlaceholders.Check(source, root, blueprint);
        return blueprint;
    }

    private static string ReadName(BlueprintSource source, BlueprintSection root, string fileName)
    {
        var name = root.Text("blueprint", BlueprintRules.Name);
        if (name.Length > 0 && name != Path.GetFileNameWithoutExtension(fileName))
        {
            source.Report(root.At("blueprint"), $"the blueprint is called '{name}', so its file must be {name}.yaml, not {fileName}");
        }

        return name;
    }

    private static MachineShape ReadMachine(BlueprintSource source, BlueprintSection root)
    {
        if (root.Section("machine", BlueprintKeys.Machine, required: true) is not { } machine)
        {
            return new MachineShape("", "", []);
        }

        var locations = machine.Texts("locations", BlueprintRules.ProviderName);
        if (!machine.Items("locations").Any())
        {
            source.Report(machine.At("locations"), "'locations' needs at least one location, such as [fsn1, nbg1]");
        }

        return new MachineShape(machine.Text("server_type", BlueprintRules.ProviderName), machine.Text("image", BlueprintRules.ProviderName), locations);
    }

    private static BlueprintUnit ReadUnit(BlueprintSource source, BlueprintSection root, string user)
    {
        if (root.Section("unit", BlueprintKeys.Unit, required: true) is not { } unit)
        {
            return new BlueprintUnit("", "", Hardening.Default);
        }

        var text = unit.Text("text", BlueprintRules.AnyText);
        if (text.Length > 0)
        {
            foreach (var problem in new UnitText(text).Problems(user))
            {
                source.Report(unit.At("text"), problem);
            }
        }

        return new BlueprintUnit(unit.Text("name", BlueprintRules.UnitName), text, unit.Text("hardening", BlueprintRules.HardeningName, fallback: Hardening.Default));
    }

    private static HealthCheck ReadHealth(BlueprintSource source, BlueprintSection root)
    {
        var (timeout, interval) = (TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(1));
        if (root.Section("health", BlueprintKeys.Health, required: true) is not { } health)
        {
            return new HealthCheck(null, null, timeout, interval);
        }

        if (health.Has("http") == health.Has("command"))
        {
            source.Report(health.Node, "'health' needs either 'http' or 'command'" + (health.Has("http") ? ", not both" : ""));
        }

        timeout = health.Duration("timeout", timeout);
        interval = health.Duration("interval", interval);
        if (interval >= timeout || timeout > LongestHealthTimeout)
        {
            source.Report(health.At("timeout"), "'timeout' must be longer than 'interval', and at most 30m");
        }

        var http = health.OptionalText("http", BlueprintRules.Loopback);
        return new HealthCheck(
            string.IsNullOrEmpty(http) ? null : new Uri(http), health.OptionalText("command", BlueprintRules.AnyText), timeout, interval);
    }

    private static TailscaleWish ReadTailscale(BlueprintSection root)
    {
        if (root.Scalar("tailscale") is not null)
        {
            return new TailscaleWish(root.Flag("tailscale", fallback: true), Ephemeral: false);
        }

        var section = root.Section("tailscale", BlueprintKeys.Tailscale);
        return new TailscaleWish(section?.Flag("enabled", fallback: true) ?? true, section?.Flag("ephemeral", fallback: false) ?? false);
    }

    /// <summary>The same text whatever editor saved it.</summary>
    private static string Canonical(string yaml) =>
        yaml.TrimStart('\uFEFF').Replace("\r\n", "\n", StringComparison.Ordinal).TrimEnd('\n') + "\n";
}
