namespace Slipway.Client;

/// <summary>Alerts: <c>/v1/alerts</c>.</summary>
public sealed class AlertsClient
{
    private readonly SlipwayConnection _connection;

    internal AlertsClient(SlipwayConnection connection) => _connection = connection;

    /// <summary>Alerts, newest first.</summary>
    /// <param name="all">True for resolved ones too; false for those that are open.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    public async Task<IReadOnlyList<AlertResource>> ListAsync(bool all = false, CancellationToken cancellationToken = default) =>
        (await _connection.GetAsync(all ? "v1/alerts?all=true" : "v1/alerts", SlipwayJson.Default.AlertList, cancellationToken)).Alerts;

    /// <summary>Says that somebody looks after an alert; it stays open until its cause is gone. 404 <c>alert_not_found</c> when there is none.</summary>
    /// <param name="id">The alert's id, e.g. <c>alt-…</c>.</param>
    /// <param name="cancellationToken">Stops waiting for the answer; the acknowledgement may stand.</param>
    /// <returns>The alert; who acknowledged it first stays.</returns>
    public async Task<AlertResource> AcknowledgeAsync(string id, CancellationToken cancellationToken = default) =>
        (await _connection.PostAsync($"v1/alerts/{SlipwayConnection.Segment(id)}/ack", null, SlipwayJson.Default.AlertResource, cancellationToken)).Body;
}
