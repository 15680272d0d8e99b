namespace Slipway.LocalCloud.Hetzner;

/// <summary>How much of a thing the project may have; the API tells nobody.</summary>
internal sealed class ProjectLimits(LocalCloudOptions options)
{
    /// <summary>Null is without a limit.</summary>
    public int? Servers { get; set; } = options.ServerLimit;

    public void Reset() => Servers = options.ServerLimit;
}
