namespace Slipway.Tailscale;

/// <summary>Which devices to list. The server is asked to filter, and the answer is filtered again: not every server knows filters.</summary>
public sealed record DeviceFilter
{
    /// <summary>Only devices that call themselves this; case does not matter.</summary>
    public string? Hostname { get; init; }

    /// <summary>Only devices with this tag, e.g. <c>tag:agent</c>.</summary>
    public string? Tag { get; init; }

    /// <summary>Only ephemeral devices, or only others.</summary>
    public bool? IsEphemeral { get; init; }

    /// <summary>Only devices of this operating system, e.g. <c>linux</c>; case does not matter.</summary>
    public string? Os { get; init; }

    /// <summary>Whether the routes are asked for too. It costs the server more.</summary>
    public bool AllFields { get; init; }

    internal string ToQuery()
    {
        var parts = new List<string>();
        if (Hostname is not null)
        {
            parts.Add($"hostname={Uri.EscapeDataString(Hostname)}");
        }

        if (Tag is not null)
        {
            parts.Add($"tags={Uri.EscapeDataString(Tag)}");
        }

        if (IsEphemeral is { } ephemeral)
        {
            parts.Add($"isEphemeral={(ephemeral ? "true" : "false")}");
        }

        if (Os is not null)
        {
            parts.Add($"os={Uri.EscapeDataString(Os)}");
        }

        if (AllFields)
        {
            parts.Add("fields=all");
        }

        return parts.Count == 0 ? "" : $"?{string.Join('&', parts)}";
    }

    internal bool Matches(Device device) =>
        (Hostname is null || string.Equals(device.Hostname, Hostname, StringComparison.OrdinalIgnoreCase))
        && (Tag is null || device.Tags.Contains(Tag, StringComparer.Ordinal))
        && (IsEphemeral is null || device.IsEphemeral == IsEphemeral)
        && (Os is null || string.Equals(device.Os, Os, StringComparison.OrdinalIgnoreCase));
}
