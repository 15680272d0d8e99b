using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Slipway.LocalCloud.Clock;
using Slipway.LocalCloud.Machines;
using Slipway.LocalCloud.Stripe;

namespace Slipway.LocalCloud.SideChannel;

internal sealed record Info(string Driver, string Host, HetznerInfo Hetzner, TailscaleInfo Tailscale, StripeInfo Stripe, GitHubInfo Github);

internal sealed record GitHubInfo(string Url, string Token);

internal sealed record HetznerInfo(string Url, string Token);

internal sealed record TailscaleInfo(string Url, string ClientId, string ClientSecret);

internal sealed record StripeInfo(string Url, string ApiKey, string WebhookSecret, string? WebhookUrl);

internal sealed record Problem(string Title, int Status);

internal sealed record RequestTotals(long Total, long RateLimited, SortedDictionary<string, long> Routes);

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

internal sealed record FaultView(string Id, string Kind, IReadOnlyDictionary<string, string> Parameters, int Hits, int? Remaining);

internal sealed record FaultsView(IReadOnlyList<FaultView> Faults);

internal sealed record FaultKindView(string Name, string Scope, string Does, IReadOnlyList<FaultParameterView> Parameters);

internal sealed record FaultParameterView(string Name, string? Default, string Does, IReadOnlyList<string> Choices);

internal sealed record FaultKindsView(IReadOnlyList<FaultKindView> Kinds);

internal sealed record SetRateLimit(double? Remaining);

internal sealed record SetIgnoreShutdown(bool Ignore);

internal sealed record SetWebhookEndpoint(string? Url, IReadOnlyList<string>? EnabledEvents);

internal sealed record SetCard(bool Declines);

internal sealed record SetBilling(string? AfterLastRetry);

internal sealed record SetDeliveries(IReadOnlyList<double>? RetrySeconds);

internal sealed record SetSubscriptionStatus(string? Status);

internal sealed record RunScript(string? Name, string? Script, string? StdinBase64);

internal sealed record DeliveriesView(IReadOnlyList<Delivery> Deliveries);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Info))]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(RequestTotals))]
[JsonSerializable(typeof(Inventory))]
[JsonSerializable(typeof(SetCapacity))]
[JsonSerializable(typeof(Dictionary<string, JsonElement>))]
[JsonSerializable(typeof(FaultView))]
[JsonSerializable(typeof(FaultsView))]
[JsonSerializable(typeof(FaultKindsView))]
[JsonSerializable(typeof(ClockView))]
[JsonSerializable(typeof(MoveClock))]
[JsonSerializable(typeof(SetRateLimit))]
[JsonSerializable(typeof(SetLimits))]
[JsonSerializable(typeof(SetIgnoreShutdown))]
[JsonSerializable(typeof(SetWebhookEndpoint))]
[JsonSerializable(typeof(SetCard))]
[JsonSerializable(typeof(SetBilling))]
[JsonSerializable(typeof(SetDeliveries))]
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
