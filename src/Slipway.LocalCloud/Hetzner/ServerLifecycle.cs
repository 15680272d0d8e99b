using System.Globalization;
using Slipway.LocalCloud.FaultInjection;
using Slipway.LocalCloud.Machines;
using Slipway.LocalCloud.Tailscale;

namespace Slipway.LocalCloud.Hetzner;

/// <summary>Carries actions out on the machine driver: one at a time for each server, its status and the action telling how far it is.</summary>
internal sealed partial class ServerLifecycle
{
    private static readonly TimeSpan RebootPatience = TimeSpan.FromMinutes(1);

    private readonly HetznerProject _project;
    private readonly IMachineDriver _driver;
    private readonly Tailnet _tailnet;
    private readonly Faults _faults;
    private readonly TimeProvider _time;
    private readonly ILogger<ServerLifecycle> _logger;
    private readonly PrimaryIpPool _primaryIps;
    private readonly ServerDevices _devices;
    private readonly TaskScheduler _background;
    private readonly HashSet<long> _machines = [];

    public ServerLifecycle(
        HetznerProject project, IMachineDriver driver, Tailnet tailnet, Faults faults, PrimaryIpPool primaryIps, ServerDevices devices,
        TimeProvider time, ILogger<ServerLifecycle> logger, TaskScheduler? background = null)
    {
        _background = background ?? TaskScheduler.Default;
        (_primaryIps, _devices) = (primaryIps, devices);
        _project = project;
        _driver = driver;
        _tailnet = tailnet;
        _faults = faults;
        _time = time;
        _logger = logger;
        driver.PowerChanged += OnPowerChanged;
    }

    /// <summary>The servers that still have a machine, deleted ones whose machine is on its way out included.</summary>
    public IReadOnlyList<long> Machines
    {
        get
        {
            lock (_project.Gate)
            {
                return _machines.Order().ToList();
            }
        }
    }

    /// <summary>After a restart: these machines are still there.</summary>
    public void Keep(IEnumerable<long> machines) => _machines.UnionWith(machines);

    /// <summary>After a restart: these machines are gone.</summary>
    public void Forget(IEnumerable<long> machines)
    {
        foreach (var id in machines)
        {
            _tailnet.ForgetMachine(id);
            _machines.Remove(id);
        }
    }

    /// <summary>Does to a server what a restart interrupted, one action after the other. Call it with the project's lock held.</summary>
    /// <param name="server">A server whose actions still run.</param>
    /// <param name="first">What comes before them.</param>
    /// <param name="interrupted">Each action, its work, and whether it forbids others until it ends.</param>
    public void Resume(Server server, Task first, IReadOnlyList<(HetznerAction Action, Func<Server, CancellationToken, Task> Work, bool Locks)> interrupted)
    {
        server.Locks += interrupted.Count(i => i.Locks);
        server.Work = Task.Run(async () =>
        {
            await first;
            foreach (var (action, work, locks) in interrupted)
            {
                await RunAsync(Task.CompletedTask, server, action.Id, work, unlock: locks);
            }
        });
    }

    /// <summary>Gives a server's machine back what it had when the process ended; one that cannot have it is off.</summary>
    public async Task ResumeMachineAsync(Server server, Func<Task> resume)
    {
        try
        {
            await resume();
        }
        catch (Exception gone) when (gone is MachineNotFoundException or OperationCanceledException)
        {
            // It never came to be, or is being deleted.
        }
        catch (Exception failure)
        {
            Log.WorkFailed(_logger, server.Id, failure);
            TurnedOff(server);
        }
    }

    /// <summary>Begins an action that forbids others until it ends. Call it with the project's lock held.</summary>
    /// <param name="server">The server it is done to.</param>
    /// <param name="command">As the action says it.</param>
    /// <param name="work">Done when everything begun before is.</param>
    /// <param name="others">What else the action is about.</param>
    public HetznerAction Begin(
        Server server, string command, Func<Server, CancellationToken, Task> work, params ActionResource[] others)
    {
        server.RequireUnlocked();
        var action = _project.BeginAction(command, [new ActionResource(server.Id, "server"), .. others]);
        server.Locks++;
        var before = server.Work;
        server.Work = InBackground(() => RunAsync(before, server, action.Id, work, unlock: true));
        return action;
    }

    /// <summary>Begins an action that is only a change of what the project knows.</summary>
    public HetznerAction BeginChange(Server server, string command, Action<Server> change, params ActionResource[] others) => Begin(
        server, command,
        (changed, _) =>
        {
            lock (_project.Gate)
            {
                change(changed);
            }

            return Task.CompletedTask;
        },
        others);

    /// <summary>Begins a new server's two actions; the second does not lock it.</summary>
    public (HetznerAction Create, HetznerAction? Start) BeginCreate(Server server, bool start)
    {
        var resource = new ActionResource(server.Id, "server");
        var create = _project.BeginAction("create_server", resource);
        var next = start ? _project.BeginAction("start_server", resource) : null;
        server.Locks++;
        _machines.Add(server.Id);
        server.Work = InBackground(
            async () =>
            {
                await RunAsync(Task.CompletedTask, server, create.Id, CreateAsync, unlock: true);
                if (next is not null)
                {
                    await RunAsync(Task.CompletedTask, server, next.Id, StartAsync, unlock: false);
                }
            });
        return (create, next);
    }

    /// <summary>The server is gone from the project at once; its machine follows.</summary>
    public HetznerAction BeginDelete(Server server)
    {
        var action = _project.BeginAction("delete_server", new ActionResource(server.Id, "server"));
        _project.Remove(server);
        foreach (var firewall in _project.Firewalls.Values)
        {
            firewall.Forget(server.Id);
        }

        server.PlacementGroup?.Remove(server);
        var released = _primaryIps.Forget(server);

        var before = server.Work;
        server.Work = InBackground(
            async () =>
            {
                server.Cancel();
                await RunAsync(before, server, action.Id, DeleteAsync, unlock: false);
                released.ForEach(_primaryIps.Release);
                server.Dispose();
            });
        _devices.Forget(server);
        return action;
    }

    public async Task StartAsync(Server server, CancellationToken cancellationToken)
    {
        SetStatus(server, ServerStatus.Starting);
        await _driver.StartAsync(server.Id, cancellationToken);
        SwitchedOn(server);
        _tailnet.SetMachinePower(server.Id, on: true);
    }

    public async Task PowerOffAsync(Server server, CancellationToken cancellationToken)
    {
        SetStatus(server, ServerStatus.Stopping);
        await _driver.PowerOffAsync(server.Id, cancellationToken);
        TurnedOff(server);
    }

    /// <summary>Sends the ACPI signal, nothing more: the machine may ignore it.</summary>
    public Task ShutdownAsync(Server server, CancellationToken cancellationToken) =>
        _driver.ShutdownAsync(server.Id, cancellationToken);

    public async Task ResetAsync(Server server, CancellationToken cancellationToken)
    {
        await PowerOffAsync(server, cancellationToken);
        await StartAsync(server, cancellationToken);
    }

    public async Task RebuildAsync(Server server, CancellationToken cancellationToken)
    {
        SetStatus(server, ServerStatus.Rebuilding);
        await _driver.RebuildAsync(SpecOf(server), cancellationToken);
        _tailnet.ForgetMachine(server.Id);
        await StartAsync(server, cancellationToken);
    }

    /// <summary>Restarts the machine once it has shut itself down; one that ignores ACPI just keeps running.</summary>
    public async Task RebootAsync(Server server, CancellationToken cancellationToken)
    {
        var off = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        bool running;
        lock (_project.Gate)
        {
            running = server.Status == ServerStatus.Running;
            server.TurnedOff = off;
        }

        await _driver.ShutdownAsync(server.Id, cancellationToken);
        if (running)
        {
            try
            {
                await off.Task.WaitAsync(RebootPatience, _time, cancellationToken);
            }
            catch (TimeoutException)
            {
                return;
            }
        }

        await StartAsync(server, cancellationToken);
    }

    private Task InBackground(Func<Task> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.DenyChildAttach, _background).Unwrap();

    public async Task CreateAsync(Server server, CancellationToken cancellationToken)
    {
        await _driver.CreateAsync(SpecOf(server), cancellationToken);
        await _devices.PlugAsync(server, cancellationToken);
        SetStatus(server, ServerStatus.Off);
    }

    private async Task DeleteAsync(Server server, CancellationToken cancellationToken)
    {
        _tailnet.SetMachinePower(server.Id, on: false);
        await _driver.DeleteAsync(server.Id, CancellationToken.None);
        _tailnet.ForgetMachine(server.Id);
        lock (_project.Gate)
        {
            _machines.Remove(server.Id);
            _project.Mark();
        }
    }

    private async Task RunAsync(
        Task before, Server server, long actionId, Func<Server, CancellationToken, Task> work, bool unlock)
    {
        await before;
        string command;
        lock (_project.Gate)
        {
            command = _project.Actions[actionId].Command;
        }

        ActionError? error = null;
        try
        {
            error = await ActionFaults.WorkAsync(_faults, _time, server, actionId, command, isFirstStart: command == "start_server" && !unlock, work);
        }
        catch (OperationCanceledException)
        {
            error = new ActionError("action_failed", "The server was deleted meanwhile.");
        }
        catch (Exception failure)
        {
            Log.WorkFailed(_logger, server.Id, failure);
            error = new ActionError("action_failed", failure.Message);
        }

        lock (_project.Gate)
        {
            server.Locks -= unlock ? 1 : 0;
            if (error is not null && server.Status is not ServerStatus.Running)
            {
                server.Status = ServerStatus.Off;
            }

            var finished = _project.FinishAction(actionId, error);
            if (error is not null)
            {
                _project.Abandon(finished);
            }
        }
    }

    private void OnPowerChanged(long serverId, PowerState power)
    {
        Server? server;
        lock (_project.Gate)
        {
            if (!_project.Servers.TryGetValue(serverId, out server) || server.Status is ServerStatus.Rebuilding or ServerStatus.Initializing)
            {
                return;
            }
        }

        if (power == PowerState.Off)
        {
            TurnedOff(server);
        }
        else
        {
            SwitchedOn(server);
            _tailnet.SetMachinePower(serverId, on: true);
        }
    }

    /// <summary>The rescue system is for one boot: the next one is the disk's again.</summary>
    private void SwitchedOn(Server server)
    {
        lock (_project.Gate)
        {
            server.Status = ServerStatus.Running;
            server.Rescue = null;
            server.RecordPower(on: true, _project.Now);
            _project.Mark();
        }
    }

    private void TurnedOff(Server server)
    {
        lock (_project.Gate)
        {
            server.Status = ServerStatus.Off;
            server.RecordPower(on: false, _project.Now);
            _project.Mark();
        }

        _tailnet.SetMachinePower(server.Id, on: false);
        server.TurnedOff?.TrySetResult();
    }

    private void SetStatus(Server server, string status)
    {
        lock (_project.Gate)
        {
            server.Status = status;
            _project.Mark();
        }
    }

    public static MachineSpec SpecOf(Server server) => new(
        server.Id, server.Id.ToString(CultureInfo.InvariantCulture), server.Name, server.Image.Name ?? server.Image.Description,
        server.UserData, server.AuthorizedKeys, server.Image.Name is null ? server.Image.Id : null)
    {
        Address = server.Ipv4,
        Location = server.Location.Name,
        NetworkZone = server.Location.NetworkZone,
    };

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "An action on server {ServerId} failed.")]
        public static partial void WorkFailed(ILogger logger, long serverId, Exception failure);
    }
}
