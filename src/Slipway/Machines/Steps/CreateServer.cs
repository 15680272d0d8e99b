using Slipway.Blueprints;
using Slipway.Hetzner;
using Slipway.Machines.Workflows;
using Slipway.Operations;
using Slipway.Secrets;
using Slipway.Storage;
using Slipway.Storage.Backups;

namespace Slipway.Machines.Steps;

/// <summary>Creates the server where there is room for it, or adopts the one an earlier, lost attempt created.</summary>
public sealed class CreateServer(
    MachineStore machines,
    BlueprintStore blueprints,
    SecretStore secrets,
    MachineDocument documents,
    ControlPlane controlPlane,
    ControlPlaneFirewall firewall,
    HetznerClient hetzner,
    Settings settings,
    ServerByWorkflow workflow) : Step<MachineState>
{
    public override async Task<StepOutcome> RunAsync(MachineState state, StepContext context, CancellationToken cancellationToken)
    {
        if (state.Executor == Executors.GitHubActions)
        {
            return await workflow.CreateAsync(state, context, cancellationToken);
        }

        var machine = await machines.GetAsync(context.Subject, cancellationToken);
        var blueprint = await blueprints.GetAsync(machine.BlueprintDigest, cancellationToken);
        var request = await BuildAsync(machine, blueprint, state, cancellationToken);
        var locations = state.Order!.Location is { } only ? [only] : blueprint.Machine.Locations;
        var plan = PlacementPlan.InOrder(locations.Select(location => new Placement(request.ServerType, location)));
        try
        {
            var order = await hetzner.Servers.CreateOrAdoptAsync(request, plan, mayExist: !context.IsFirstAttempt, cancellationToken);
            var message = order.WasAdopted ? "adopted: an earlier attempt had made it" : $"in {order.Tries[^1].Placement.Location}";
            return Created(state, machine.Subject, order.Server, [.. order.Actions.Select(a => a.Id)], message);
        }
        catch (ServerNameTakenException e)
        {
            return await IsOwnFromBeforeRestoreAsync(e.Found, machine, context, cancellationToken)
                ? Created(
                    // The machine joined with the key of that time, which nothing here remembers; no key is older than a quarter of an hour when it is used.
                    state with { AuthKeyCreatedAt = e.Found.Created - TimeSpan.FromMinutes(15) },
                    machine.Subject, e.Found, [], "adopted: this operation had made it before the database was restored")
                : Fail(e.Message);
        }
        catch (PlacementException e)
        {
            var shortage = string.Join(", ", e.Tries.Select(t => $"{t.Placement.Location}: {t.Code}"));
            return e.IsPermanent
                ? Fail($"Server type '{request.ServerType}' is not sold in any location of the order: {shortage}. Choose another type or location in blueprint '{blueprint.Name}'.")
                : Retry($"No room for a '{request.ServerType}' anywhere the order allows: {shortage}. It is tried again until the step's time is over.");
        }
        catch (HetznerException e) when (e.Code == HetznerErrorCodes.UniquenessError)
        {
            // Hetzner takes the name before it lists the server. Never a new name for a second try.
            return Wait(context.Now.AddSeconds(5), $"The name '{machine.Name}' is taken, but no server of that name is listed yet.");
        }
        catch (HetznerException e) when (IsAboutFirewall(e))
        {
            await firewall.ForgetAsync(cancellationToken);
            return Retry(e.Message);
        }
    }

    private async Task<CreateServerRequest> BuildAsync(Machine machine, Blueprint blueprint, MachineState state, CancellationToken cancellationToken)
    {
        var authKey = await secrets.FindAsync(machine.Subject, CreateAuthKey.SecretName, cancellationToken);
        var document = await documents.BuildAsync(machine, blueprint, authKey?.Reveal(), cancellationToken);
        var owner = await controlPlane.GetIdAsync(cancellationToken);
        return new CreateServerRequest
        {
            Name = machine.Name,
            ServerType = machine.ResizedTo ?? blueprint.Machine.ServerType,
            Image = blueprint.Machine.Image,
            UserData = document.ToUserData().Text,
            Labels = MachineLabels.ForServer(owner, machine, MachineDocument.Fingerprint(machine, blueprint, state.AuthKeyId)),
            Firewalls = [await firewall.EnsureAsync(cancellationToken)],
        };
    }

    /// <summary>
    /// A restored operation may be from before its own auth key was made, and so ask for its server with another fingerprint. Its id is proof enough then:
    /// nobody else has ever known it.
    /// </summary>
    private async Task<bool> IsOwnFromBeforeRestoreAsync(Server found, Machine machine, StepContext context, CancellationToken cancellationToken) =>
        await RestoreMark.LastAsync(settings, cancellationToken) is { } restored
        && context.Operation.CreatedAt < restored
        && found.Created < restored
        && MachineLabels.IsOurs(found, await controlPlane.GetIdAsync(cancellationToken), machine)
        && found.Labels.GetValueOrDefault(MachineLabels.Operation) == context.OperationId;

    private StepOutcome Created(MachineState state, string subject, Server server, IReadOnlyList<long> actions, string message) =>
        Done(state with { Actions = actions }, $"server {server.Id} {message}") with
        {
            Also = transaction => machines.SetServerAsync(
                transaction, subject, server.Id, server.ServerType.Name, server.Location.Name, server.PublicNet.Ipv4?.Ip, server.PublicNet.Ipv6?.Ip),
        };

    private static bool IsAboutFirewall(HetznerException e) =>
        e.Code is HetznerErrorCodes.NotFound or HetznerErrorCodes.InvalidInput && e.Message.Contains("firewall", StringComparison.OrdinalIgnoreCase);
}
