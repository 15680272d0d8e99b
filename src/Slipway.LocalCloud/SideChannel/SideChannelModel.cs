using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Slipway.LocalCloud.Machines;
using Slipway.LocalCloud.Stripe;

namespace Slipway.LocalCloud.SideChannel;

internal sealed record Info(string Driver, string Host, HetznerInfo Hetzner, TailscaleInfo Tailscale, StripeInfo Stripe);

internal sealed record HetznerInfo(string Url, string Token);

internal sealed record TailscaleInfo(string Url, string ClientId, string ClientSecret);

internal sealed record StripeInfo(string Url, string ApiKey, string WebhookSecret, string? WebhookUrl);

internal sealed record Problem(string Title, int Status);

internal sealed record RequestTotals(long Total, SortedDictionary<string, long> Routes);

internal sealed record Inventory(
    NamedThings Servers, NamedThings SshKeys, NamedThings Firewalls, NamedThings Images, NamedThings PlacementGroups,
    NamedThings PrimaryIps, NamedThings Volumes, NamedThings Networks, NamedThings FloatingIps, NamedThings LoadBalancers,
    NamedThings Certificates, NamedThings Devices, NamedThings AuthKeys, NamedThings Machines);

internal sealed record NamedThings(int Count, IReadOnlyList<string> Names)
{
    public static NamedThings Of(IEnumerable<string> names)
    {
        var list = names.ToList();
        return new NamedThings(list.Count, list);
    }
}

internal sealed record SetCapacity(string? ServerType, string? Location, string? State);

internal sealed record AddFault(string? Route, string? Action, string? Kind, int? Times, int? Status, string? Text);

internal sealed record SetRateLimit(double? Remaining);

internal sealed record SetIgnoreShutdown(bool Ignore);

internal sealed record WebhookEndpoint(string? Url);

internal sealed record SetSubscriptionStatus(string? Status);

internal sealed record RunScript(string? Name, string? Script, string? StdinBase64);

internal sealed record DeliveriesView(IReadOnlyList<Delivery> Deliveries);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Info))]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(RequestTotals))]
[JsonSerializable(typeof(Inventory))]
[JsonSerializable(typeof(SetCapacity))]
[JsonSerializable(typeof(AddFault))]
[JsonSerializable(typeof(SetRateLimit))]
[JsonSerializable(typeof(SetLimits))]
[JsonSerializable(typeof(SetIgnoreShutdown))]
[JsonSerializable(typeof(WebhookEndpoint))]
[JsonSerializable(typeof(SetSubscriptionStatus))]
[JsonSerializable(typeof(RunScript))]
[JsonSerializable(typeof(ExecResult))]
[JsonSerializable(typeof(DeliveriesView))]
internal sealed partial class SideChannelJson : JsonSerializerContext
{
    public static SideChannelJson Wire { get; } =
        new(new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        });
}
