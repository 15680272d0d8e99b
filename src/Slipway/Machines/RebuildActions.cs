using Slipway.Hetzner;

namespace Slipway.Machines;

/// <summary>Which rebuilds a server has seen, by its actions at Hetzner.</summary>
public sealed class RebuildActions(HetznerClient hetzner)
{
    private static readonly ActionFilter NewestFirst = new() { Sort = ["id:desc"] };

    /// <summary>The server's latest action of any kind, 0 if it has none; null when there is no such server.</summary>
    public async Task<long?> LatestAsync(long server, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var action in hetzner.Servers.Actions.ListForAsync(server, NewestFirst, cancellationToken))
            {
                return action.Id;
            }

            return 0;
        }
        catch (HetznerException e) when (e.Code == HetznerErrorCodes.NotFound)
        {
            return null;
        }
    }

    /// <summary>The rebuild that was begun after an action; null when there is none, or no such server.</summary>
    public async Task<long?> FindAsync(long server, long after, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var action in hetzner.Servers.Actions.ListForAsync(server, NewestFirst, cancellationToken))
            {
                if (action.Id <= after)
                {
                    return null;
                }

                if (action.Command == "rebuild_server")
                {
                    return action.Id;
                }
            }
        }
        catch (HetznerException e) when (e.Code == HetznerErrorCodes.NotFound)
        {
            // No server, no rebuild.
        }

        return null;
    }
}
