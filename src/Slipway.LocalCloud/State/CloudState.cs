using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Slipway.LocalCloud.State;

/// <summary>All that a restart finds again, of one moment for each part.</summary>
internal sealed record CloudState(
    string Driver, ClockState? Clock, FaultsState Faults, HetznerState Hetzner, StripeState Stripe, GitHubState GitHub, TailscaleState Tailscale,
    JsonElement Machines, IReadOnlyDictionary<string, long> Requests);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CloudState))]
[JsonSerializable(typeof(Machines.Simulated.SimulatedState))]
[JsonSerializable(typeof(Machines.Nspawn.NspawnState))]
internal sealed partial class StateJson : JsonSerializerContext
{
    public static StateJson Wire { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
