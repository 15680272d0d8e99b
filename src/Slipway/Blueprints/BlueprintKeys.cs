namespace Slipway.Blueprints;

/// <summary>The keys a blueprint may have, section by section; blueprint.schema.json lists the same, and a test compares.</summary>
public static class BlueprintKeys
{
    public static IReadOnlyList<string> Root { get; } =
        ["blueprint", "description", "machine", "user", "sudo", "packages", "setup", "repeatable_setup", "parameters", "secrets", "files", "credentials", "unit", "health", "tailscale", "executor"];

    public static IReadOnlyList<string> Machine { get; } = ["server_type", "image", "locations"];

    public static IReadOnlyList<string> Parameter { get; } = ["description", "default", "pattern"];

    public static IReadOnlyList<string> Secret { get; } = ["description", "pattern", "required", "example"];

    public static IReadOnlyList<string> File { get; } = ["path", "owner", "mode", "content"];

    public static IReadOnlyList<string> Credential { get; } = ["name", "content"];

    public static IReadOnlyList<string> Unit { get; } = ["name", "text", "hardening"];

    public static IReadOnlyList<string> Health { get; } = ["http", "command", "timeout", "interval"];

    public static IReadOnlyList<string> Tailscale { get; } = ["enabled", "ephemeral"];
}
