using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Slipway.LocalCloud.Hetzner;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ErrorBody))]
[JsonSerializable(typeof(UnauthorizedBody))]
[JsonSerializable(typeof(CreateServer))]
[JsonSerializable(typeof(RebuildServer))]
[JsonSerializable(typeof(ChangeType))]
[JsonSerializable(typeof(ChangeProtection))]
[JsonSerializable(typeof(UpdateNamed))]
[JsonSerializable(typeof(ServerAnswer))]
[JsonSerializable(typeof(ServersAnswer))]
[JsonSerializable(typeof(CreateServerAnswer))]
[JsonSerializable(typeof(RebuildAnswer))]
[JsonSerializable(typeof(ActionAnswer))]
[JsonSerializable(typeof(ActionsAnswer))]
[JsonSerializable(typeof(CreateSshKey))]
[JsonSerializable(typeof(SshKeyAnswer))]
[JsonSerializable(typeof(SshKeysAnswer))]
[JsonSerializable(typeof(CreateFirewall))]
[JsonSerializable(typeof(SetRules))]
[JsonSerializable(typeof(FirewallTargets))]
[JsonSerializable(typeof(FirewallAnswer))]
[JsonSerializable(typeof(FirewallsAnswer))]
[JsonSerializable(typeof(CreateFirewallAnswer))]
[JsonSerializable(typeof(ServerTypeAnswer))]
[JsonSerializable(typeof(ServerTypesAnswer))]
[JsonSerializable(typeof(LocationAnswer))]
[JsonSerializable(typeof(LocationsAnswer))]
[JsonSerializable(typeof(ImageAnswer))]
[JsonSerializable(typeof(ImagesAnswer))]
[JsonSerializable(typeof(CreateImage))]
[JsonSerializable(typeof(UpdateImage))]
[JsonSerializable(typeof(CreateImageAnswer))]
[JsonSerializable(typeof(CreatePlacementGroup))]
[JsonSerializable(typeof(JoinPlacementGroup))]
[JsonSerializable(typeof(PlacementGroupAnswer))]
[JsonSerializable(typeof(CreatePlacementGroupAnswer))]
[JsonSerializable(typeof(PlacementGroupsAnswer))]
[JsonSerializable(typeof(AttachIso))]
[JsonSerializable(typeof(IsoAnswer))]
[JsonSerializable(typeof(IsosAnswer))]
[JsonSerializable(typeof(DatacenterAnswer))]
[JsonSerializable(typeof(DatacentersAnswer))]
[JsonSerializable(typeof(EnableRescue))]
[JsonSerializable(typeof(PasswordAnswer))]
[JsonSerializable(typeof(ConsoleAnswer))]
[JsonSerializable(typeof(ChangeDnsPointer))]
[JsonSerializable(typeof(MetricsAnswer))]
[JsonSerializable(typeof(PricingAnswer))]
internal sealed partial class HetznerJson : JsonSerializerContext
{
    /// <summary>Writes keys and times as Hetzner does, with no \u002B for a plus sign.</summary>
    public static HetznerJson Wire { get; } =
        new(new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        });
}
