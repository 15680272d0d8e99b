using Slipway.LocalCloud.Hetzner;
using Slipway.LocalCloud.Machines;

namespace Slipway.LocalCloud.State;

/// <summary>Takes up what a restart interrupted: machines have their power and their parts again, and every running action comes to an end.</summary>
/// <remarks>
/// Work on a machine is done again from its beginning; it is idempotent. What the project recorded when the action began is carried
/// over to the machine before anything else, so such an action has nothing left to do. Only a change that was still to be made and that
/// nothing records (see <see cref="ServerLifecycle.BeginChange"/>) ends as an error.
/// </remarks>
internal sealed class Resumption(
    HetznerProject project, ServerLifecycle lifecycle, ServerDevices devices, ImageStore images, VolumeStore volumes, FirewallAssignment firewalls,
    IMachineDriver driver, TimeProvider time)
{
    private static readonly ActionError Lost = new("action_failed", "LocalCloud was restarted before this was done; ask for it again.");

    /// <summary>The driver's share: its things are there again, without power.</summary>
    public Task RestoreAsync(HetznerState state, System.Text.Json.JsonElement kept, CancellationToken cancellationToken)
    {
        lock (project.Gate)
        {
            var servers = project.Servers.Values.Where(s => !Runs(s, "create_server")).ToList();
            return driver.RestoreAsync(
                new KeptMachines(
                    kept, servers.ToDictionary(s => s.Id, s => s.UserData), servers.Where(s => Runs(s, "rebuild_server")).Select(s => s.Id).ToHashSet(),
                    project.Volumes.Values.Where(v => v.Status == "available").Select(v => v.Id).ToHashSet(),
                    project.Images.Values.Where(i => i.Status == ImageStatus.Available).Select(i => i.Id).ToHashSet(),
                    [.. state.PrimaryIps.Where(i => i.Type == PrimaryIp.V4).Select(i => i.Ip)]),
                cancellationToken);
        }
    }

    /// <summary>Returns when everything is under way.</summary>
    public void Begin(HetznerState state)
    {
        lock (project.Gate)
        {
            foreach (var volume in project.Volumes.Values.Where(v => v.Status != "available"))
            {
                if (RunningOf("volume", volume.Id).Find(a => a.Command == "create_volume") is { } action)
                {
                    volumes.Resume(action, volume);
                }
            }

            foreach (var server in project.Servers.Values)
            {
                Resume(server);
            }

            // Their machines were cleared away, or there is nothing that could still be done.
            lifecycle.Forget(state.Machines.Where(m => !project.Servers.ContainsKey(m)));
            foreach (var action in project.Actions.Values.Where(a => a.Status == "running" && !IsTakenUp(a)).ToList())
            {
                var finished = project.FinishAction(action.Id, action.Command == "delete_server" ? null : Lost);
                if (finished.Error is not null)
                {
                    project.Abandon(finished);
                }
            }
        }
    }

    private void Resume(Server server)
    {
        if (server.Rescue is { } rescue)
        {
            _ = ServerRescueEndpoints.ExpireAsync(project, server, rescue, time);
        }

        var running = RunningOf("server", server.Id);
        foreach (var action in running.Where(a => a.Command is "apply_firewall" or "remove_firewall"))
        {
            firewalls.Resume(action, server);
        }

        var creating = Runs(server, "create_server");
        var work = running.Where(a => a.Command is not ("apply_firewall" or "remove_firewall" or "create_volume"))
            .Select(a => (a, WorkOf(a), Locks: !IsFirstStart(a, server))).ToList();
        lifecycle.Resume(server, creating ? Task.CompletedTask : EquipAsync(server), work);
    }

    private async Task EquipAsync(Server server)
    {
        bool on;
        string? address;
        lock (project.Gate)
        {
            (on, address) = (server.Status == ServerStatus.Running, server.Ipv4);
        }

        await Task.Yield();
        await lifecycle.ResumeMachineAsync(server, async () =>
        {
            await driver.SetAddressAsync(server.Id, address, server.Deleted);
            await devices.PlugAsync(server, server.Deleted);
            if (on)
            {
                await driver.ResumeAsync(server.Id, server.Deleted);
            }
        });
    }

    private Func<Server, CancellationToken, Task> WorkOf(HetznerAction action) => action.Command switch
    {
        "create_server" => lifecycle.CreateAsync,
        // The restart has pulled the plug already.
        "start_server" or "reset_server" or "reboot_server" => lifecycle.StartAsync,
        "stop_server" => lifecycle.PowerOffAsync,
        "shutdown_server" => lifecycle.ShutdownAsync,
        "rebuild_server" => lifecycle.RebuildAsync,
        "create_image" when action.Resources.FirstOrDefault(r => r.Type == "image") is { } image =>
            (server, stop) => images.CopyAsync(server, image.Id, stop),
        "attach_volume" or "detach_volume" or "attach_to_network" or "detach_from_network" or "change_alias_ips" or "assign_primary_ip" or "unassign_primary_ip"
            => (_, _) => Task.CompletedTask,
        _ => (_, _) => throw new InvalidOperationException(Lost.Message),
    };

    /// <summary>The start that was ordered with the server; it forbids nothing.</summary>
    private bool IsFirstStart(HetznerAction action, Server server) => action.Command == "start_server"
        && project.ActionsOf("server", server.Id).FirstOrDefault(a => a.Command == "create_server")?.Id == action.Id - 1;

    private bool Runs(Server server, string command) => RunningOf("server", server.Id).Exists(a => a.Command == command);

    private List<HetznerAction> RunningOf(string type, long id) => project.ActionsOf(type, id).Where(a => a.Status == "running").OrderBy(a => a.Id).ToList();

    private bool IsTakenUp(HetznerAction action) => action.Resources.Any(r => r.Type switch
    {
        "server" => project.Servers.ContainsKey(r.Id) && action.Command != "delete_server",
        "volume" => action.Command == "create_volume" && project.Volumes.ContainsKey(r.Id),
        _ => false,
    });
}
