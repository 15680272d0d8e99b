using Slipway.LocalCloud.Hetzner;
using Slipway.LocalCloud.Http;
using Slipway.LocalCloud.Machines;
using Slipway.LocalCloud.Stripe;

namespace Slipway.LocalCloud.SideChannel;

internal static class ContentsEndpoints
{
    public static void MapContents(this IEndpointRouteBuilder local)
    {
        local.MapGet("/info", (HttpContext context, LocalCloudOptions options, IMachineDriver driver, StripeAccount stripe) =>
        {
            var here = $"{context.Request.Scheme}://{context.Request.Host}";
            return TypedResults.Json(
                new Info(
                    driver.Name, driver.HostAddress, new HetznerInfo($"{here}/v1", options.HetznerToken),
                    new TailscaleInfo($"{here}/api/v2", options.TailscaleClientId, options.TailscaleClientSecret),
                    new StripeInfo($"{here}/stripe", options.StripeApiKey, options.StripeWebhookSecret, stripe.OptionEndpoint?.Url),
                    new GitHubInfo($"{here}/github", options.GitHubToken)),
                SideChannelJson.Wire.Info);
        });
        local.MapGet("/requests", (RequestCounts counts) =>
        {
            var routes = counts.Snapshot();
            return TypedResults.Json(new RequestTotals(routes.Values.Sum(), counts.RateLimited, routes), SideChannelJson.Wire.RequestTotals);
        });
        local.MapDelete("/requests", (RequestCounts counts) =>
        {
            counts.Clear();
            return TypedResults.NoContent();
        });
        local.MapGet("/inventory", (Contents contents) => TypedResults.Json(contents.List(), SideChannelJson.Wire.Inventory));
        local.MapPost("/reset", async (Contents contents) =>
        {
            await contents.ResetAsync();
            return TypedResults.NoContent();
        });
        local.MapPost("/rate-limit", async (HttpContext context, RateLimit limit) =>
        {
            var wanted = await SideChannelFault.ReadAsync(context, SideChannelJson.Wire.SetRateLimit);
            limit.Set(wanted.Remaining ?? throw new SideChannelFault(400, "remaining is missing: give the requests left"));
            return TypedResults.NoContent();
        });
        local.MapPost("/capacity", async (HttpContext context, Capacity capacity, Catalog catalog) =>
        {
            var wanted = await SideChannelFault.ReadAsync(context, SideChannelJson.Wire.SetCapacity);
            var state = wanted.State switch
            {
                "available" => CapacityState.Available,
                "sold_out" => CapacityState.SoldOut,
                "disabled" => CapacityState.Disabled,
                _ => throw new SideChannelFault(400, $"state is '{wanted.State}'; use available, sold_out or disabled"),
            };
            if (wanted.ServerType is { } type && !catalog.ServerTypes.Any(t => t.Name == type))
            {
                throw new SideChannelFault(400, $"there is no server type '{type}'");
            }

            if (wanted.Location is { } location && !catalog.Locations.Any(l => l.Name == location))
            {
                throw new SideChannelFault(400, $"there is no location '{location}'");
            }

            capacity.Set(wanted.ServerType, wanted.Location, state);
            return TypedResults.NoContent();
        });
    }
}
