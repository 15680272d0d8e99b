using System.Globalization;
using Slipway.Client;

namespace Slipway.Cli.Output;

/// <summary>Alerts for people.</summary>
internal static class AlertText
{
    public static void Write(TextWriter output, IEnumerable<AlertResource> alerts, DateTimeOffset now) => Columns.Write(
        output,
        ["ID", "SEVERITY", "STATE", "AGE", "TIMES", "LAST SEEN", "SUBJECT", "WHAT", "WHAT TO DO"],
        alerts.Select(alert => new[]
        {
            alert.Id, alert.Severity, State(alert), Format.Length(now - alert.FirstAt), alert.Count.ToString(CultureInfo.InvariantCulture),
            Ago(now - alert.LastAt), alert.Subject, alert.What, alert.WhatToDo,
        }));

    public static void Write(TextWriter output, AlertResource alert, DateTimeOffset now) => Columns.WriteFacts(
        output,
        ("id", alert.Id),
        ("severity", alert.Severity),
        ("state", State(alert)),
        ("subject", alert.Subject),
        ("what", alert.What),
        ("what to do", alert.WhatToDo),
        ("times", alert.Count.ToString(CultureInfo.InvariantCulture)),
        ("raised", $"{Format.Time(alert.FirstAt)}, {Ago(now - alert.FirstAt)}"),
        ("last seen", $"{Format.Time(alert.LastAt)}, {Ago(now - alert.LastAt)}"),
        ("acknowledged", alert.AcknowledgedAt is { } at ? $"{Format.Time(at)} by {alert.AcknowledgedBy}" : null),
        ("resolved", Format.Time(alert.ResolvedAt)));

    private static string State(AlertResource alert) =>
        alert.ResolvedAt is not null ? "resolved" : alert.AcknowledgedAt is not null ? "acknowledged" : "open";

    private static string Ago(TimeSpan age) => Format.Length(age) + " ago";
}
