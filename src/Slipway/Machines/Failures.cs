using Slipway.Hetzner;
using Slipway.Operations;
using Slipway.Ssh;
using Slipway.Tailscale;

namespace Slipway.Machines;

/// <summary>How the clouds' and SSH's failures read as outcomes, where a step has nothing better to say.</summary>
internal static class Failures
{
    private static readonly string[] Hopeless = [HetznerErrorCodes.InvalidInput, HetznerErrorCodes.JsonError];

    public static StepOutcome? Read(Exception exception) => exception switch
    {
        // A wrong token or a full quota is for an operator to mend, and a paid order waits for it rather than being lost.
        HetznerException e => Hopeless.Contains(e.Code) ? new StepOutcome.Fail(e.Message) : new StepOutcome.Retry(e.Message),
        HetznerActionException e => new StepOutcome.Fail(e.Message),
        TailscaleException e => new StepOutcome.Retry(e.Message),
        SshException e => e.IsFinal ? new StepOutcome.Fail(e.Message) : new StepOutcome.Retry(e.Message),
        _ => null,
    };
}
