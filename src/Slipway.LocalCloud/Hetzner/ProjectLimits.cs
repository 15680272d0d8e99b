using Slipway.LocalCloud.State;

namespace Slipway.LocalCloud.Hetzner;

/// <summary>How much of a thing the project may have; the API tells nobody.</summary>
internal sealed class ProjectLimits(LocalCloudOptions options)
{
    /// <summary>Null is without a limit.</summary>
    public int? Servers { get; set; } = options.ServerLimit;

    /// <summary>Null is without a limit; those made with servers count.</summary>
    public int? PrimaryIps { get; set; }

    /// <summary>What differs from the options.</summary>
    public LimitsState? Kept => (Servers, PrimaryIps) == (options.ServerLimit, null) ? null : new LimitsState(Servers, PrimaryIps);

    public void Reset() => (Servers, PrimaryIps) = (options.ServerLimit, null);
}
