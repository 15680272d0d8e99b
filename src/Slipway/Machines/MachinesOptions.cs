using System.ComponentModel.DataAnnotations;
using System.Net;
using Slipway.Blueprints;

namespace Slipway.Machines;

/// <summary>Which address of a machine SSH goes to.</summary>
public enum SshRoute
{
    /// <summary>The public IPv4 address; the firewall lets only the control plane in.</summary>
    Public,

    /// <summary>The tailnet address, for a control plane that is on the tailnet itself.</summary>
    Tailscale,
}

/// <summary>How machines are made and reached.</summary>
public sealed class MachinesOptions : IValidatableObject
{
    /// <summary>The address at which a machine on the internet reaches this server, e.g. <c>https://slipway.example.com</c>.</summary>
    public Uri? PublicUrl { get; set; }

    /// <summary>Where workflow runs report to. No property: whoever validates these settings reads all of those, also while there is no address.</summary>
    internal Uri Callback() => new(PublicUrl!, "/callbacks/github");

    /// <summary>The addresses this control plane comes from, as CIDR; the firewall lets SSH in from nowhere else.</summary>
    public IList<string> ControlPlaneAddresses { get; } = [];

    /// <summary>Who makes servers, one of <see cref="Executors"/>; a blueprint may say otherwise for its own.</summary>
    public string Executor { get; set; } = Executors.InProcess;

    public SshRoute SshRoute { get; set; } = SshRoute.Public;

    /// <summary>Where blueprints are.</summary>
    [Required]
    public string BlueprintDirectory { get; set; } = "blueprints";

    /// <summary>After this long without a phone-home the machine is asked over SSH.</summary>
    public TimeSpan AskAfter { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a machine may take from creation to its first boot's end.</summary>
    public TimeSpan BootPatience { get; set; } = TimeSpan.FromMinutes(15);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (PublicUrl is not { IsAbsoluteUri: true } || (PublicUrl.Scheme != "https" && PublicUrl.Scheme != "http"))
        {
            yield return new ValidationResult("Machines:PublicUrl is empty or not an http(s) address: set it to the address machines reach this server at.");
        }

        if (!Executors.IsKnown(Executor))
        {
            yield return new ValidationResult($"Machines:Executor is '{Executor}': set it to {Executors.InProcess} or {Executors.GitHubActions}.");
        }

        if (ControlPlaneAddresses.Count == 0)
        {
            yield return new ValidationResult(
                "Machines:ControlPlaneAddresses is empty: list the addresses this server connects from (e.g. 203.0.113.5/32); the firewall opens SSH to them alone.");
        }

        foreach (var address in ControlPlaneAddresses.Where(a => !IPNetwork.TryParse(a, out _)))
        {
            yield return new ValidationResult($"Machines:ControlPlaneAddresses has '{address}', which is not a network such as 203.0.113.5/32.");
        }
    }
}

/// <summary>The Hetzner project machines are made in.</summary>
public sealed class HetznerSettings : IValidatableObject
{
    public const string Section = "Hetzner";

    public string Token { get; set; } = "";

    public Uri BaseUrl { get; set; } = new("https://api.hetzner.cloud/v1/");

    /// <summary>Reaches machines over LocalCloud's side channel instead of SSH: for simulated machines, and only on loopback.</summary>
    public bool UseSideChannel { get; set; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (string.IsNullOrWhiteSpace(Token))
        {
            yield return new ValidationResult("The Hetzner token is empty: set HETZNER_API_TOKEN (or Hetzner:Token) to a token with read and write rights.");
        }

        if (UseSideChannel && !BaseUrl.IsLoopback)
        {
            yield return new ValidationResult($"Hetzner:UseSideChannel is for LocalCloud on this machine, but Hetzner:BaseUrl is {BaseUrl}: remove one of them.");
        }
    }
}

/// <summary>The tailnet machines join.</summary>
public sealed class TailscaleSettings : IValidatableObject
{
    public const string Section = "Tailscale";

    /// <summary>False for an operator without a tailnet; blueprints that want one are then refused.</summary>
    public bool Enabled { get; set; } = true;

    public string ClientId { get; set; } = "";

    public string ClientSecret { get; set; } = "";

    public Uri BaseUrl { get; set; } = new("https://api.tailscale.com/");

    /// <summary>The tag of every machine; the OAuth client must own it.</summary>
    public string Tag { get; set; } = "tag:agent";

    /// <summary>Another coordination server for machines, e.g. Headscale; null for Tailscale's.</summary>
    public Uri? LoginServer { get; set; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!Enabled)
        {
            yield break;
        }

        if (string.IsNullOrWhiteSpace(ClientId))
        {
            yield return new ValidationResult("TAILSCALE_OAUTH_CLIENT_ID (or Tailscale:ClientId) is empty: make an OAuth client with the scopes auth_keys and devices:core, or set Tailscale:Enabled to false.");
        }

        if (string.IsNullOrWhiteSpace(ClientSecret))
        {
            yield return new ValidationResult("TAILSCALE_OAUTH_CLIENT_SECRET (or Tailscale:ClientSecret) is empty: it was shown once when the OAuth client was made.");
        }
    }
}
