using Slipway.Client;

namespace Slipway.Cli.Output;

/// <summary>Blueprints for people.</summary>
internal static class BlueprintText
{
    public static void Write(TextWriter output, IEnumerable<BlueprintResource> blueprints) => Columns.Write(
        output,
        ["NAME", "TYPE", "IMAGE", "LOCATIONS", "SECRETS", "DESCRIPTION"],
        blueprints.Select(blueprint => new[]
        {
            blueprint.Name, blueprint.ServerType, blueprint.Image, string.Join(',', blueprint.Locations),
            string.Join(',', blueprint.Secrets.Select(secret => secret.Name)), blueprint.Description,
        }));

    public static void Write(TextWriter output, BlueprintResource blueprint)
    {
        Columns.WriteFacts(
            output,
            ("name", blueprint.Name),
            ("description", blueprint.Description),
            ("server type", blueprint.ServerType),
            ("image", blueprint.Image),
            ("locations", string.Join(", ", blueprint.Locations)),
            ("tailscale", blueprint.Tailscale ? "yes" : "no"),
            ("digest", blueprint.Digest));
        if (blueprint.Secrets.Count > 0)
        {
            output.WriteLine();
            Columns.Write(output, ["SECRET", "NEEDED", "PATTERN", "DESCRIPTION"], blueprint.Secrets.Select(secret => new[]
            {
                secret.Name, secret.Required ? "yes" : "no", secret.Pattern, secret.Description,
            }));
        }
    }
}
