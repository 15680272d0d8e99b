namespace Slipway.LocalCloud.Hetzner;

/// <summary>What every resource with a name has; read and written under <see cref="HetznerProject.Gate"/>.</summary>
internal abstract class NamedResource
{
    public required long Id { get; init; }

    public required string Name { get; set; }

    public required DateTimeOffset Created { get; init; }

    public IReadOnlyDictionary<string, string> Labels { get; set; } = new Dictionary<string, string>();

    public bool ProtectedFromDelete { get; set; }
}

internal sealed record DeleteProtection(bool Delete);

/// <summary>A change of whatever can be changed by PUT; each kind takes what it knows.</summary>
internal sealed record UpdateResource(
    string? Name, Dictionary<string, string>? Labels, bool? AutoDelete, bool? ExposeRoutesToVswitch, string? Description);
