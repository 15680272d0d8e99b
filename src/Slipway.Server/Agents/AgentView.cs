using Slipway.Agents;
using Slipway.Client;
using Slipway.Machines;
using Slipway.Operations;
using Slipway.Ssh;

namespace Slipway.Server.Agents;

/// <summary>An agent as the API shows it: its row, its machine, and whether something is under way.</summary>
public sealed class AgentView(MachineStore machines, OperationStore operations)
{
    public async Task<AgentResource> OfAsync(Agent agent, CancellationToken cancellationToken) =>
        (await OfAsync([agent], cancellationToken))[0];

    public async Task<IReadOnlyList<AgentResource>> OfAsync(IReadOnlyList<Agent> agents, CancellationToken cancellationToken)
    {
        var ids = agents.Select(a => a.Id).ToList();
        var bySubject = (await machines.ListAsync(ids, cancellationToken)).ToDictionary(m => m.Subject, StringComparer.Ordinal);
        var busy = (await operations.ListBusyAsync(ids, cancellationToken)).ToHashSet(StringComparer.Ordinal);
        return [.. agents.Select(a => Of(a, bySubject.GetValueOrDefault(a.Id), busy.Contains(a.Id)))];
    }

    private static AgentResource Of(Agent agent, Machine? machine, bool busy) => new()
    {
        Id = agent.Id,
        Name = agent.Name,
        Blueprint = agent.BlueprintName,
        BlueprintDigest = agent.BlueprintDigest,
        Status = agent.Status.ToString().ToLowerInvariant(),
        Wanted = agent.Wanted.ToString().ToLowerInvariant(),
        Operation = agent.OperationId,
        Busy = busy,
        Error = agent.Error,
        Machine = machine is null ? null : Of(machine),
        CreatedAt = agent.CreatedAt,
        UpdatedAt = agent.UpdatedAt,
    };

    private static MachineResource Of(Machine machine) => new()
    {
        Name = machine.Name,
        Status = machine.Status,
        ServerId = machine.ServerId,
        Location = machine.Location,
        ServerType = machine.ServerType,
        Ipv4 = machine.Ipv4,
        Ipv6 = machine.Ipv6,
        TailscaleIp = machine.TailscaleIp,
        TailscaleNodeId = machine.TailscaleNodeId,
        HostKeyFingerprint = machine.HostKey is null ? null : SshHostKey.Parse(machine.HostKey).Fingerprint,
        StartedAt = machine.StartedAt,
        StoppedAt = machine.StoppedAt,
    };
}
