using System.Text.Json;

namespace Slipway.Hetzner;

/// <summary>A field Hetzner rejects and why.</summary>
/// <param name="Name">The field in the request body, such as <c>name</c> or <c>public_key</c>.</param>
/// <param name="Messages">What is wrong with it; may be empty.</param>
public sealed record HetznerFieldError(string Name, IReadOnlyList<string> Messages);

/// <summary>The typed part of an error. Everything is empty when Hetzner sent <c>null</c>, <c>{}</c>, nothing, or something unknown.</summary>
public sealed record HetznerErrorDetails
{
    /// <summary>No details.</summary>
    public static HetznerErrorDetails None { get; } = new();

    /// <summary>With <c>invalid_input</c> the wrong fields, with <c>uniqueness_error</c> the taken ones.</summary>
    public IReadOnlyList<HetznerFieldError> Fields { get; init; } = [];

    /// <summary>With <c>resource_limit_exceeded</c> the exhausted quotas, such as <c>primary_ip_limit</c>.</summary>
    public IReadOnlyList<string> Limits { get; init; } = [];

    /// <summary>With <c>deprecated_api_endpoint</c> the address of the announcement.</summary>
    public string? Announcement { get; init; }

    internal static HetznerErrorDetails Parse(JsonElement details, Func<string, string> redact)
    {
        if (details.ValueKind != JsonValueKind.Object)
        {
            return None;
        }

        return new HetznerErrorDetails
        {
            Fields = [.. Items(details, "fields").Select(f => new HetznerFieldError(
                redact(Text(f, "name") ?? ""),
                [.. Items(f, "messages").Where(m => m.ValueKind == JsonValueKind.String).Select(m => redact(m.GetString()!))]))],
            Limits = [.. Items(details, "limits").Select(l => Text(l, "name")).OfType<string>()],
            Announcement = Text(details, "announcement"),
        };
    }

    internal static string? Text(JsonElement parent, string property) =>
        parent.ValueKind == JsonValueKind.Object
        && parent.TryGetProperty(property, out var value)
        && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static List<JsonElement> Items(JsonElement parent, string property) =>
        parent.ValueKind == JsonValueKind.Object
        && parent.TryGetProperty(property, out var value)
        && value.ValueKind == JsonValueKind.Array
            ? [.. value.EnumerateArray()]
            : [];
}
