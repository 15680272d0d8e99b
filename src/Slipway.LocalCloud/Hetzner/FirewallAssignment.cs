namespace Slipway.LocalCloud.Hetzner;

/// <summary>Which firewall holds for which server: named ones, and those whose selector matches the server's labels.</summary>
internal sealed class FirewallAssignment(HetznerProject project, FirewallEnforcement enforcement, BackgroundActions background, TimeProvider time)
{
    private static readonly TimeSpan ApplyTime = TimeSpan.FromMilliseconds(100);

    /// <summary>A new server's firewalls; a selector's apply action keeps the server locked meanwhile.</summary>
    public List<HetznerAction> ApplyToNew(Server server, IEnumerable<Firewall> named)
    {
        var actions = new List<HetznerAction>();
        foreach (var firewall in named)
        {
            firewall.Servers.Add(server.Id);
            server.Firewalls[firewall.Id] = FirewallEnforcement.Pending;
        }

        foreach (var firewall in project.Firewalls.Values.Where(f => f.Selectors.Exists(s => LabelSelector.Parse(s).Matches(server.Labels))))
        {
            actions.Add(Apply(firewall, server));
        }

        return actions;
    }

    public List<HetznerAction> Add(Firewall firewall, IReadOnlyList<FirewallResource> targets)
    {
        // Everything is looked at before anything is done: a refused request changes nothing.
        var servers = targets.Where(t => !IsSelector(t)).Select(ServerOf).ToList();
        var selectors = targets.Where(IsSelector).Select(t => t.LabelSelector!.Selector).ToList();
        if (servers.Exists(s => firewall.Servers.Contains(s.Id)) || selectors.Exists(firewall.Selectors.Contains))
        {
            throw new HetznerFault(422, "firewall_already_applied", "firewall already applied");
        }

        selectors.ForEach(s => LabelSelector.Parse(s));
        firewall.Selectors.AddRange(selectors);
        servers.ForEach(s => firewall.Servers.Add(s.Id));
        var matched = project.Servers.Values.Where(s => selectors.Exists(x => LabelSelector.Parse(x).Matches(s.Labels)));
        return servers.Union(matched).ToList().ConvertAll(s => Apply(firewall, s));
    }

    public List<HetznerAction> Remove(Firewall firewall, IReadOnlyList<FirewallResource> targets)
    {
        var servers = targets.Where(t => !IsSelector(t)).Select(ServerOf).ToList();
        var selectors = targets.Where(IsSelector).Select(t => t.LabelSelector!.Selector).ToList();
        if (servers.Exists(s => !firewall.Servers.Contains(s.Id) && Holds(firewall, s)))
        {
            throw new HetznerFault(422, "firewall_managed_by_label_selector", "firewall is applied by a label selector and cannot be removed manually");
        }

        if (servers.Exists(s => !firewall.Servers.Contains(s.Id)) || selectors.Exists(s => !firewall.Selectors.Contains(s)))
        {
            throw new HetznerFault(422, "firewall_resource_not_found", "firewall is not applied to the resource");
        }

        servers.ForEach(s => firewall.Servers.Remove(s.Id));
        selectors.ForEach(s => firewall.Selectors.Remove(s));
        return project.Servers.Values.Where(s => s.Firewalls.ContainsKey(firewall.Id) && !Holds(firewall, s)).ToList()
            .ConvertAll(s => Withdraw(firewall, s));
    }

    /// <summary>A server's labels were changed: selectors find it now, or find it no more.</summary>
    public void FollowLabels(Server server)
    {
        foreach (var firewall in project.Firewalls.Values)
        {
            var (has, should) = (server.Firewalls.ContainsKey(firewall.Id), Holds(firewall, server));
            if (should && !has)
            {
                Apply(firewall, server);
            }
            else if (has && !should)
            {
                Withdraw(firewall, server);
            }
        }
    }

    /// <summary>New rules reach every server the firewall holds for.</summary>
    public List<HetznerAction> Reapply(Firewall firewall) =>
        project.Servers.Values.Where(s => Holds(firewall, s)).ToList().ConvertAll(s => Apply(firewall, s));

    /// <summary>Does again what a restart interrupted. Call it with the project's lock held.</summary>
    public void Resume(HetznerAction action, Server server)
    {
        var applies = action.Command == "apply_firewall";
        server.Locks += applies ? 1 : 0;
        _ = background.Resume(action, () => applies ? FinishAsync(server) : enforcement.EnforceAsync(server));
    }

    private static bool Holds(Firewall firewall, Server server) =>
        firewall.Servers.Contains(server.Id) || firewall.Selectors.Exists(s => LabelSelector.Parse(s).Matches(server.Labels));

    private HetznerAction Apply(Firewall firewall, Server server)
    {
        server.Firewalls[firewall.Id] = FirewallEnforcement.Pending;
        server.Locks++;
        return background.Begin("apply_firewall", () => FinishAsync(server), ResourcesOf(firewall, server)).Action;
    }

    private HetznerAction Withdraw(Firewall firewall, Server server)
    {
        server.Firewalls.Remove(firewall.Id);
        return background.Begin("remove_firewall", () => enforcement.EnforceAsync(server), ResourcesOf(firewall, server)).Action;
    }

    private async Task FinishAsync(Server server)
    {
        try
        {
            await Task.Delay(ApplyTime, time);
            await enforcement.EnforceAsync(server);
        }
        finally
        {
            lock (project.Gate)
            {
                server.Locks--;
            }
        }
    }

    private static ActionResource[] ResourcesOf(Firewall firewall, Server server) =>
        [new(firewall.Id, "firewall"), new(server.Id, "server")];

    private Server ServerOf(FirewallResource target) =>
        target is { Type: "server", Server: { } reference } && project.Servers.TryGetValue(reference.Id, out var server)
            ? server
            : throw new HetznerFault(422, "firewall_resource_not_found", "the resource the firewall should be attached to was not found");

    private static bool IsSelector(FirewallResource target) => target is { Type: "label_selector", LabelSelector: not null };
}
