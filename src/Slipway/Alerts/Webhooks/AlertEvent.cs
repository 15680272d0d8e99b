using System.Text.Json.Serialization;

namespace Slipway.Alerts.Webhooks;

/// <summary>The body of a webhook, in the form Standard Webhooks recommends.</summary>
internal sealed record AlertEvent(string Type, DateTimeOffset Timestamp, AlertEventData Data)
{
    public const string Raised = "alert.raised";
    public const string Resolved = "alert.resolved";
}

/// <summary>The alert as it was when the event was written.</summary>
internal sealed record AlertEventData(
    string Id, string Cause, string Severity, string Subject, string What, string WhatToDo, long Count, DateTimeOffset FirstAt, DateTimeOffset LastAt, DateTimeOffset? ResolvedAt)
{
    public static AlertEventData Of(Alert alert) => new(
        alert.Id,
        alert.Cause,
        alert.Severity == AlertSeverity.Critical ? "critical" : "warning",
        alert.Subject,
        alert.What,
        alert.WhatToDo,
        alert.Count,
        alert.FirstAt,
        alert.LastAt,
        alert.ResolvedAt);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AlertEvent))]
internal sealed partial class AlertEventJson : JsonSerializerContext;
