namespace Slipway.LocalCloud.Hetzner;

/// <summary>Which servers carry a label, kept up to date by the project.</summary>
internal sealed class LabelIndex
{
    private readonly Dictionary<(string Label, string Value), SortedDictionary<long, Server>> _servers = [];

    public IEnumerable<Server> Find(string label, string value) => _servers.TryGetValue((label, value), out var found) ? found.Values : [];

    public void Add(Server server)
    {
        foreach (var (label, value) in server.Labels)
        {
            if (!_servers.TryGetValue((label, value), out var servers))
            {
                _servers[(label, value)] = servers = [];
            }

            servers[server.Id] = server;
        }
    }

    public void Remove(Server server)
    {
        foreach (var (label, value) in server.Labels)
        {
            if (_servers.TryGetValue((label, value), out var servers) && servers.Remove(server.Id) && servers.Count == 0)
            {
                _servers.Remove((label, value));
            }
        }
    }
}
