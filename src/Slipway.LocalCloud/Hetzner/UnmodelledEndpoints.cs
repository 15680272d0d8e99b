namespace Slipway.LocalCloud.Hetzner;

/// <summary>What Hetzner has and LocalCloud has not says so, instead of looking like a typing error.</summary>
internal static class UnmodelledEndpoints
{
    private static readonly string[] Paths = ["/zones/{**rest}", "/load_balancers/{id:long}/metrics"];

    public static void MapUnmodelled(this IEndpointRouteBuilder api)
    {
        foreach (var path in Paths)
        {
            api.Map(path, IResult (HttpContext context) => throw new HetznerFault(
                501, "unsupported_error",
                $"{context.Request.Method} {context.Request.Path} is an operation of Hetzner that LocalCloud does not model; "
                + "the table of its README says which it does."));
        }
    }
}
