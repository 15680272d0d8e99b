using System.Text.Json;

namespace Slipway.Tailscale;

/// <summary>Something that happened in the tailnet. Deliveries may be lost, late or repeated: let an event say when to look, not what is true.</summary>
public sealed record WebhookEvent
{
    /// <summary>What happened, e.g. <c>nodeCreated</c>, <c>nodeApproved</c>, <c>nodeDeleted</c>, <c>nodeKeyExpired</c>, <c>test</c>; an open set.</summary>
    public string Type { get; init; } = "";

    /// <summary>When, by Tailscale's clock.</summary>
    public DateTimeOffset? Timestamp { get; init; }

    /// <summary>The tailnet's name.</summary>
    public string Tailnet { get; init; } = "";

    /// <summary>For people.</summary>
    public string Message { get; init; } = "";

    /// <summary>The device it is about (<c>data.nodeID</c>), if it is about one; see <see cref="Device.NodeId"/>.</summary>
    public string? NodeId { get; init; }

    /// <summary>Reads a delivery: a JSON list of events. Check <see cref="WebhookSignature.IsValid"/> first.</summary>
    /// <param name="body">The body's bytes.</param>
    /// <returns>The events in the order Tailscale sent them.</returns>
    /// <exception cref="FormatException">The body is not a list of events.</exception>
    public static IReadOnlyList<WebhookEvent> ReadAll(ReadOnlySpan<byte> body)
    {
        try
        {
            return [.. (JsonSerializer.Deserialize(body, TailscaleJson.Default.ListWebhookEventWire) ?? []).Select(e => e.ToEvent())];
        }
        catch (JsonException e)
        {
            throw new FormatException($"The webhook's body is not the JSON list of events Tailscale sends, at '{e.Path}'.", e);
        }
    }
}

internal sealed class WebhookEventWire
{
    public string? Type { get; set; }

    public DateTimeOffset? Timestamp { get; set; }

    public string? Tailnet { get; set; }

    public string? Message { get; set; }

    public JsonElement Data { get; set; }

    public WebhookEvent ToEvent() => new()
    {
        Type = Type ?? "",
        Timestamp = Timestamp,
        Tailnet = Tailnet ?? "",
        Message = Message ?? "",
        NodeId = Data.ValueKind == JsonValueKind.Object && Data.TryGetProperty("nodeID", out var id) && id.ValueKind == JsonValueKind.String ? id.GetString() : null,
    };
}
