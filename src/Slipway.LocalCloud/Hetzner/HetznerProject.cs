using Slipway.LocalCloud.State;

namespace Slipway.LocalCloud.Hetzner;

/// <summary>Everything in the one modelled project, in memory, under one lock.</summary>
internal sealed class HetznerProject(TimeProvider time, StateChanges changes)
{
    private readonly Dictionary<ActionResource, List<long>> _actionsOf = [];
    private readonly LabelIndex _serversByLabel = new();
    private long _lastServer = 42_000_000;
    private long _lastAction = 620_000_000_000;
    private long _lastOther = 2_300_000;

    public Lock Gate { get; } = new();

    public Dictionary<long, Server> Servers { get; } = [];

    public Dictionary<string, Server> ServersByName { get; } = new(StringComparer.Ordinal);

    public Dictionary<long, SshKey> SshKeys { get; } = [];

    public Dictionary<long, Firewall> Firewalls { get; } = [];

    /// <summary>Outlive the servers they were for: clients wait for a delete after the server is gone.</summary>
    public Dictionary<long, HetznerAction> Actions { get; } = [];

    public Dictionary<long, Image> Images { get; } = [];

    public Dictionary<long, PlacementGroup> PlacementGroups { get; } = [];

    public Dictionary<long, PrimaryIp> PrimaryIps { get; } = [];

    public Dictionary<long, Volume> Volumes { get; } = [];

    public Dictionary<long, Network> Networks { get; } = [];

    public Dictionary<long, FloatingIp> FloatingIps { get; } = [];

    public Dictionary<long, LoadBalancer> LoadBalancers { get; } = [];

    public Dictionary<long, Certificate> Certificates { get; } = [];

    /// <summary>Wire times have whole seconds.</summary>
    public DateTimeOffset Now
    {
        get
        {
            var now = time.GetUtcNow();
            return new DateTimeOffset(now.Year, now.Month, now.Day, now.Hour, now.Minute, now.Second, TimeSpan.Zero);
        }
    }

    /// <summary>The last number given to each; none is ever given again.</summary>
    public (long Server, long Action, long Other) LastIds
    {
        get => (_lastServer, _lastAction, _lastOther);
        set => (_lastServer, _lastAction, _lastOther) = value;
    }

    public long NextServerId() => ++_lastServer;

    public long NextId() => ++_lastOther;

    public Server Server(long id) => Servers.TryGetValue(id, out var server) ? server : throw HetznerFault.NotFound("server", id);

    public PlacementGroup PlacementGroup(long id) =>
        PlacementGroups.TryGetValue(id, out var group) ? group : throw HetznerFault.NotFound("placement group", id);

    public SshKey SshKey(long id) => SshKeys.TryGetValue(id, out var key) ? key : throw HetznerFault.NotFound("ssh_key", id);

    public Firewall Firewall(long id) => Firewalls.TryGetValue(id, out var f) ? f : throw HetznerFault.NotFound("firewall", id);

    public Volume Volume(long id) => Volumes.TryGetValue(id, out var volume) ? volume : throw HetznerFault.NotFound("volume", id);

    public Network Network(long id) => Networks.TryGetValue(id, out var network) ? network : throw HetznerFault.NotFound("network", id);

    /// <summary>The actions of one resource, in their order.</summary>
    public IEnumerable<HetznerAction> ActionsOf(string type, long id) =>
        _actionsOf.TryGetValue(new ActionResource(id, type), out var ids) ? ids.Select(a => Actions[a]) : [];

    public HetznerAction BeginAction(string command, params ActionResource[] resources)
    {
        var action = new HetznerAction(++_lastAction, command, "running", 0, Now, Finished: null, resources, Error: null);
        Keep(action);
        changes.Mark();
        return action;
    }

    /// <summary>Adds an action to those that are told of.</summary>
    public void Keep(HetznerAction action)
    {
        Actions[action.Id] = action;
        foreach (var resource in action.Resources)
        {
            if (!_actionsOf.TryGetValue(resource, out var ids))
            {
                _actionsOf[resource] = ids = [];
            }

            ids.Add(action.Id);
        }
    }

    /// <summary>An action that is done when it is told of.</summary>
    public HetznerAction DoneAction(string command, params ActionResource[] resources) =>
        FinishAction(BeginAction(command, resources).Id);

    public HetznerAction FinishAction(long id, ActionError? error = null)
    {
        changes.Mark();
        return Actions[id] = Actions[id] with
        {
            Status = error is null ? "success" : "error",
            Progress = 100,
            Finished = Now,
            Error = error,
        };
    }

    /// <summary>Something changed by itself, and no action says so.</summary>
    public void Mark() => changes.Mark();

    /// <summary>What a failed action was to make has never been there.</summary>
    public void Abandon(HetznerAction action)
    {
        foreach (var resource in action.Resources.Where(r => r.Type == "image"))
        {
            if (Images.GetValueOrDefault(resource.Id)?.Status == ImageStatus.Creating)
            {
                Images.Remove(resource.Id);
            }
        }
    }

    /// <summary>The servers with this label, by id: a walk through thousands would keep everybody waiting.</summary>
    public IEnumerable<Server> ServersWith(string label, string value) => _serversByLabel.Find(label, value);

    public void Add(Server server)
    {
        Servers.Add(server.Id, server);
        ServersByName.Add(server.Name, server);
        _serversByLabel.Add(server);
    }

    public void Relabel(Server server, IReadOnlyDictionary<string, string> labels)
    {
        _serversByLabel.Remove(server);
        server.Labels = labels;
        _serversByLabel.Add(server);
    }

    public void Remove(Server server)
    {
        Servers.Remove(server.Id);
        ServersByName.Remove(server.Name);
        _serversByLabel.Remove(server);
    }
}
