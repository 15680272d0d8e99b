namespace Slipway.Tailscale;

/// <summary>Where a request goes, and the name of that place without ids, which is all that measurements may carry.</summary>
/// <param name="Pattern">Such as <c>/device/{id}/routes</c>.</param>
/// <param name="Path">Such as <c>device/n5SUKe8CNTRL/routes</c>, relative to the API's root.</param>
internal readonly record struct Route(string Pattern, string Path)
{
    public static readonly HttpRequestOptionsKey<string> Template = new("Slipway.Tailscale.Template");

    /// <summary>A place below one device.</summary>
    public static Route OfDevice(string id, string below = "", string? belowPattern = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(id);
        return new Route($"/device/{{id}}{belowPattern ?? below}", $"device/{Uri.EscapeDataString(id)}{below}");
    }

    /// <summary>A place below the tailnet.</summary>
    public static Route OfTailnet(string tailnet, string below, string? belowPattern = null) =>
        new($"/tailnet/{{tailnet}}{belowPattern ?? below.Split('?')[0]}", $"tailnet/{Uri.EscapeDataString(tailnet)}{below}");
}
