using Slipway.Hetzner;
using Slipway.Machines.Boot;
using Slipway.Operations;
using Slipway.Ssh;

namespace Slipway.Machines.Steps;

/// <summary>Waits until the machine said who it is and that its first boot went well; asks it over SSH when it stays silent.</summary>
public sealed class AwaitPhoneHome(MachineStore machines, BootProof proof, MachinesOptions options, HetznerClient hetzner) : Step<MachineState>
{
    private static readonly TimeSpan AskEvery = TimeSpan.FromSeconds(15);

    public override TimeSpan Patience => options.BootPatience;

    public override async Task<StepOutcome> RunAsync(MachineState state, StepContext context, CancellationToken cancellationToken)
    {
        var machine = await machines.GetAsync(context.Subject, cancellationToken);
        if (Judge(state, machine) is { } judged)
        {
            return judged;
        }

        if (context.Elapsed < options.AskAfter)
        {
            return Wait(context.Now + options.AskAfter - context.Elapsed, "The machine boots and has not phoned home yet.");
        }

        // Hetzner at times leaves a new server off though its actions succeeded (T25); only a silent machine is worth the request.
        if (machine.HostKey is null && await hetzner.Servers.FindAsync(machine.ServerId!.Value, cancellationToken) is { Status: "off", Locked: false } off)
        {
            await hetzner.Servers.PowerOnAsync(off.Id, cancellationToken);
            return Wait(context.Now + AskEvery, $"Server {off.Id} was off and was switched on.");
        }

        var problem = await AskAsync(machine, cancellationToken);
        return Judge(state, await machines.GetAsync(context.Subject, cancellationToken))
            ?? Wait(context.Now + AskEvery, problem ?? "The machine has proved who it is; its first boot goes on.");
    }

    private StepOutcome? Judge(MachineState state, Machine machine) => machine switch
    {
        { BootStatus: "failed" } => Fail(machine.BootMessage!),
        { BootStatus: "ok", HostKey: not null } => Done(state) with
        {
            Also = transaction => machines.SetStatusAsync(transaction, machine.Subject, MachineStatus.InjectingSecrets),
        },
        _ => null,
    };

    private async Task<string?> AskAsync(Machine machine, CancellationToken cancellationToken)
    {
        try
        {
            return await proof.AskAsync(machine, cancellationToken);
        }
        catch (SshException e) when (!e.IsFinal)
        {
            return $"No phone-home, and over SSH: {e.Message}";
        }
    }
}
