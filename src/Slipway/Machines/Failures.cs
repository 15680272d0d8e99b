using System.Net;
using Slipway.Hetzner;
using Slipway.Machines.Workflows;
using Slipway.Operations;
using Slipway.Ssh;
using Slipway.Tailscale;

namespace Slipway.Machines;

/// <summary>How the clouds' and SSH's failures read as outcomes, where a step has nothing better to say.</summary>
internal static class Failures
{
    public const string HetznerCredential = "HETZNER_API_TOKEN";
    public const string GitHubCredential = "GitHub:Token";
    public const string TailscaleCredential = "TAILSCALE_OAUTH_CLIENT_SECRET";

    private static readonly string[] Hopeless = [HetznerErrorCodes.InvalidInput, HetznerErrorCodes.JsonError];

    // A used-up quota is 403 as well, and no token mends it.
    private static readonly string[] Refused = [HetznerErrorCodes.Unauthorized, HetznerErrorCodes.TokenReadonly, HetznerErrorCodes.Forbidden];

    public static StepOutcome? Read(Exception exception) => exception switch
    {
        // A wrong token or a full quota is for an operator to mend, and a paid order waits for it rather than being lost.
        HetznerException e => Hopeless.Contains(e.Code) ? new StepOutcome.Fail(e.Message)
            : new StepOutcome.Retry(e.Message) { RefusedCredential = Refused.Contains(e.Code) ? HetznerCredential : null },
        HetznerActionException e => new StepOutcome.Fail(e.Message),
        TailscaleException e => new StepOutcome.Retry(e.Message)
        {
            RefusedCredential = e.Status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden ? TailscaleCredential : null,
        },
        GitHubException e => new StepOutcome.Retry(e.Message) { RefusedCredential = e.IsRefusal ? GitHubCredential : null },
        SshException e => e.IsFinal ? new StepOutcome.Fail(e.Message) : new StepOutcome.Retry(e.Message),
        _ => null,
    };
}
