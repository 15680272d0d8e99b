namespace Slipway.LocalCloud.Hetzner;

/// <summary>What Hetzner has and LocalCloud has not says so, instead of looking like a typing error.</summary>
internal static class UnmodelledEndpoints
{
    private static readonly string[] Resources = ["zones"];

    public static void MapUnmodelled(this IEndpointRouteBuilder api)
    {
        foreach (var resource in Resources)
        {
            api.Map($"/{resource}/{{**rest}}", IResult (HttpContext context) => throw new HetznerFault(
                501, "unsupported_error",
                $"{context.Request.Method} {context.Request.Path} is an operation of Hetzner that LocalCloud does not model; "
                + "the table of its README says which it does."));
        }
    }
}
