namespace Slipway.Client;

/// <summary>Comparing the clouds with the server's rows: <c>/v1/reconcile</c>.</summary>
public sealed class ReconcileClient
{
    private readonly SlipwayConnection _connection;

    internal ReconcileClient(SlipwayConnection connection) => _connection = connection;

    /// <summary>
    /// Has the server run a round now. It runs them by itself every few minutes. 409 <c>reconcile_running</c> when one is under way.
    /// </summary>
    /// <param name="dryRun">True to look only.</param>
    /// <param name="acceptMissing">
    /// True to say that servers which are missing are really gone, also after a restore of the database and when they are most of all; they are made anew.
    /// </param>
    /// <param name="cancellationToken">Stops waiting for the answer; what the round did stands.</param>
    /// <returns>What was found and done.</returns>
    public async Task<ReconcileReport> RunAsync(bool dryRun = false, bool acceptMissing = false, CancellationToken cancellationToken = default)
    {
        string?[] options = [dryRun ? "dryRun=true" : null, acceptMissing ? "acceptMissing=true" : null];
        var query = string.Join('&', options.OfType<string>());
        return (await _connection.PostAsync(query.Length == 0 ? "v1/reconcile" : "v1/reconcile?" + query, null, SlipwayJson.Default.ReconcileReport, cancellationToken)).Body;
    }
}
