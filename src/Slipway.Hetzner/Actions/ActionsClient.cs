using System.Globalization;
using Slipway.Hetzner.Http;

namespace Slipway.Hetzner;

/// <summary>Reads actions and waits for them. All waits of one <see cref="HetznerClient"/> share one poller.</summary>
public sealed class ActionsClient
{
    internal const int IdsPerRequest = 25;

    private readonly HetznerHttp _http;
    private readonly ActionPoller _poller;

    internal ActionsClient(HetznerHttp http, ActionPoller poller)
    {
        _http = http;
        _poller = poller;
    }

    /// <summary>Reads one action.</summary>
    /// <param name="id">The action's id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">There is no such action, or the request failed.</exception>
    public async Task<HetznerAction> GetAsync(long id, CancellationToken cancellationToken = default)
    {
        var answer = await _http.GetAsync("/actions/{id}", $"/actions/{id}", HetznerJson.Default.ActionAnswer, cancellationToken);
        return answer.Action.OrMissing("GET /actions/{id}", "action");
    }

    /// <summary>Reads many actions, 25 to a request. Ids Hetzner does not know are missing from the answer.</summary>
    /// <param name="ids">The actions' ids; repetitions are asked for once.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HetznerException">A request failed.</exception>
    public async Task<IReadOnlyList<HetznerAction>> GetManyAsync(IEnumerable<long> ids, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var found = new List<HetznerAction>();
        foreach (var batch in ids.Distinct().Order().Chunk(IdsPerRequest))
        {
            var answer = await _http.GetAsync("/actions", PathOf(batch), HetznerJson.Default.ActionList, cancellationToken);
            found.AddRange(answer.Items);
        }

        return found;
    }

    /// <summary>Waits until an action has succeeded.</summary>
    /// <param name="id">The action's id.</param>
    /// <param name="timeout">How long to wait at most; <see cref="HetznerOptions.ActionTimeout"/> (120 s) when <see langword="null"/>. Big images take minutes.</param>
    /// <param name="progress">Told about every answer.</param>
    /// <param name="cancellationToken">Gives up; the action goes on, but nobody asks about it any more.</param>
    /// <returns>The finished action.</returns>
    /// <exception cref="HetznerActionException">The action ended with an error.</exception>
    /// <exception cref="TimeoutException">It did not end in time. It may still do so.</exception>
    /// <exception cref="HetznerException">Hetzner refuses the question or does not know the action. Passing failures are survived.</exception>
    public Task<HetznerAction> WaitAsync(
        long id, TimeSpan? timeout = null, IProgress<HetznerAction>? progress = null, CancellationToken cancellationToken = default) =>
        _poller.WaitAsync(id, timeout, progress, cancellationToken);

    internal static string PathOf(IEnumerable<long> ids) =>
        "/actions?" + string.Join('&', ids.Select(id => "id=" + id.ToString(CultureInfo.InvariantCulture)));
}
