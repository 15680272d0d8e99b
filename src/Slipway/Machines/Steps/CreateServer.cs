using Slipway.Blueprints;
using Slipway.Hetzner;
using Slipway.Operations;
using Slipway.Secrets;

namespace Slipway.Machines.Steps;

/// <summary>Creates the server where there is room for it, or adopts the one an earlier, lost attempt created.</summary>
public sealed class CreateServer(
    MachineStore machines,
    BlueprintStore blueprints,
    SecretStore secrets,
    MachineDocument documents,
    ControlPlane controlPlane,
    ControlPlaneFirewall firewall,
    HetznerClient hetzner) : Step<MachineState>
{
    public override async Task<StepOutcome> RunAsync(MachineState state, StepContext context, CancellationToken cancellationToken)
    {
        var machine = await machines.GetAsync(context.Subject, cancellationToken);
        var blueprint = await blueprints.GetAsync(machine.BlueprintDigest, cancellationToken);
        var request = await BuildAsync(machine, blueprint, state, cancellationToken);
        if (!context.IsFirstAttempt && await hetzner.Servers.FindByNameAsync(machine.Name, cancellationToken) is { } present)
        {
            return Adopt(state, machine.Subject, present, request);
        }

        var shortage = new Shortage();
        foreach (var location in state.Order!.Location is { } only ? [only] : blueprint.Machine.Locations)
        {
            try
            {
                var created = await hetzner.Servers.CreateAsync(request with { Location = location }, cancellationToken);
                return Created(state, machine.Subject, created.Server, [created.Action.Id, .. created.NextActions.Select(a => a.Id)], $"in {location}");
            }
            catch (HetznerException e) when (Shortage.IsOne(e))
            {
                shortage.Add(location, e);
            }
            catch (HetznerException e) when (e.Code == HetznerErrorCodes.UniquenessError)
            {
                return await hetzner.Servers.FindByNameAsync(machine.Name, cancellationToken) is { } taken
                    ? Adopt(state, machine.Subject, taken, request)
                    // Hetzner takes the name before it lists the server. Never a new name for a second try.
                    : Wait(context.Now.AddSeconds(5), $"The name '{machine.Name}' is taken, but no server of that name is listed yet.");
            }
            catch (HetznerException e) when (IsAboutFirewall(e))
            {
                await firewall.ForgetAsync(cancellationToken);
                return Retry(e.Message);
            }
        }

        return shortage.IsPermanent
            ? Fail($"Server type '{blueprint.Machine.ServerType}' is not sold in any location of the order: {shortage}. Choose another type or location in blueprint '{blueprint.Name}'.")
            : Retry($"No room for a '{blueprint.Machine.ServerType}' anywhere the order allows: {shortage}. It is tried again until the step's time is over.");
    }

    private async Task<CreateServerRequest> BuildAsync(Machine machine, Blueprint blueprint, MachineState state, CancellationToken cancellationToken)
    {
        var authKey = await secrets.FindAsync(machine.Subject, CreateAuthKey.SecretName, cancellationToken);
        var document = await documents.BuildAsync(machine, blueprint, authKey?.Reveal(), cancellationToken);
        var owner = await controlPlane.GetIdAsync(cancellationToken);
        return new CreateServerRequest
        {
            Name = machine.Name,
            ServerType = blueprint.Machine.ServerType,
            Image = blueprint.Machine.Image,
            UserData = document.ToUserData().Text,
            Labels = MachineLabels.ForServer(owner, machine, MachineDocument.Fingerprint(machine, blueprint, state.AuthKeyId)),
            Firewalls = [await firewall.EnsureAsync(cancellationToken)],
        };
    }

    private StepOutcome Adopt(MachineState state, string subject, Server server, CreateServerRequest request) =>
        MachineLabels.IsSame(server, request.Labels!)
            ? Created(state, subject, server, [], "adopted: an earlier attempt had made it")
            : Fail($"A server named '{server.Name}' (id {server.Id}) exists and is not the one this operation asked for; it was left alone. Find out whose it is before you retry.");

    private StepOutcome Created(MachineState state, string subject, Server server, IReadOnlyList<long> actions, string message) =>
        Done(state with { Actions = actions }, $"server {server.Id} {message}") with
        {
            Also = transaction => machines.SetServerAsync(
                transaction, subject, server.Id, server.ServerType.Name, server.Location.Name, server.PublicNet.Ipv4?.Ip, server.PublicNet.Ipv6?.Ip),
        };

    private static bool IsAboutFirewall(HetznerException e) =>
        e.Code is HetznerErrorCodes.NotFound or HetznerErrorCodes.InvalidInput && e.Message.Contains("firewall", StringComparison.OrdinalIgnoreCase);

    /// <summary>Where there was no room, and whether there ever will be.</summary>
    private sealed class Shortage
    {
        private readonly List<string> _places = [];

        public bool IsPermanent { get; private set; } = true;

        public static bool IsOne(HetznerException e) =>
            e.Code is HetznerErrorCodes.ResourceUnavailable or HetznerErrorCodes.PlacementError || IsUnsupported(e);

        public void Add(string location, HetznerException e)
        {
            IsPermanent &= IsUnsupported(e);
            _places.Add($"{location}: {e.Code}");
        }

        public override string ToString() => string.Join(", ", _places);

        private static bool IsUnsupported(HetznerException e) =>
            e.Code == HetznerErrorCodes.InvalidInput && e.Message.Contains("unsupported location", StringComparison.OrdinalIgnoreCase);
    }
}
