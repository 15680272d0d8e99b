using System.Text.Json;
using System.Text.Json.Serialization;

namespace Slipway.Hetzner.Http;

/// <summary>The wire: snake case, numbers also from strings (prices), unknown properties ignored, nulls not sent.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    NumberHandling = JsonNumberHandling.AllowReadingFromString,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ActionAnswer))]
[JsonSerializable(typeof(ActionList))]
[JsonSerializable(typeof(ServerAnswer))]
[JsonSerializable(typeof(ServerList))]
[JsonSerializable(typeof(CreateServerBody))]
[JsonSerializable(typeof(CreateServerAnswer))]
[JsonSerializable(typeof(RebuildBody))]
[JsonSerializable(typeof(RebuildAnswer))]
[JsonSerializable(typeof(ChangeTypeBody))]
[JsonSerializable(typeof(FirewallAnswer))]
[JsonSerializable(typeof(FirewallList))]
[JsonSerializable(typeof(CreateFirewallBody))]
[JsonSerializable(typeof(SetRulesBody))]
[JsonSerializable(typeof(SshKeyAnswer))]
[JsonSerializable(typeof(SshKeyList))]
[JsonSerializable(typeof(CreateSshKeyBody))]
[JsonSerializable(typeof(ImageAnswer))]
[JsonSerializable(typeof(ImageList))]
[JsonSerializable(typeof(ServerTypeAnswer))]
[JsonSerializable(typeof(ServerTypeList))]
[JsonSerializable(typeof(LocationAnswer))]
[JsonSerializable(typeof(LocationList))]
[JsonSerializable(typeof(PricingAnswer))]
[JsonSerializable(typeof(CreateVolumeRequest))]
[JsonSerializable(typeof(CreateVolumeAnswer))]
[JsonSerializable(typeof(AttachVolumeBody))]
[JsonSerializable(typeof(ResizeVolumeBody))]
[JsonSerializable(typeof(VolumeAnswer))]
[JsonSerializable(typeof(VolumeList))]
[JsonSerializable(typeof(UpdateBody))]
[JsonSerializable(typeof(ProtectionBody))]
[JsonSerializable(typeof(DnsPtrBody))]
[JsonSerializable(typeof(CreatePlacementGroupBody))]
[JsonSerializable(typeof(PlacementGroupAnswer))]
[JsonSerializable(typeof(PlacementGroupList))]
[JsonSerializable(typeof(CreatePrimaryIpBody))]
[JsonSerializable(typeof(AssignPrimaryIpBody))]
[JsonSerializable(typeof(PrimaryIpAnswer))]
[JsonSerializable(typeof(PrimaryIpList))]
[JsonSerializable(typeof(CreateNetworkRequest))]
[JsonSerializable(typeof(NetworkSubnet))]
[JsonSerializable(typeof(NetworkRoute))]
[JsonSerializable(typeof(IpRangeBody))]
[JsonSerializable(typeof(NetworkAnswer))]
[JsonSerializable(typeof(NetworkList))]
[JsonSerializable(typeof(IsoAnswer))]
[JsonSerializable(typeof(IsoList))]
[JsonSerializable(typeof(ApplyFirewallBody))]
[JsonSerializable(typeof(RemoveFirewallBody))]
[JsonSerializable(typeof(EnableRescueBody))]
[JsonSerializable(typeof(ConsoleAnswer))]
[JsonSerializable(typeof(CreateImageBody))]
[JsonSerializable(typeof(CreateImageAnswer))]
[JsonSerializable(typeof(AttachToNetworkBody))]
[JsonSerializable(typeof(PlacementGroupBody))]
[JsonSerializable(typeof(AttachIsoBody))]
[JsonSerializable(typeof(ServerMetricsAnswer))]
internal sealed partial class HetznerJson : JsonSerializerContext;

/// <summary>A page of a list and where the next one is.</summary>
internal abstract record Page<T>
{
    public PageMeta? Meta { get; init; }

    [JsonIgnore]
    public abstract IReadOnlyList<T> Items { get; }
}

internal sealed record PageMeta(Pagination? Pagination);

internal sealed record Pagination(int? NextPage);

/// <summary>A list of ids and names, as the API takes them mixed: digits are an id and go out as a number.</summary>
internal sealed class IdOrNameListConverter : JsonConverter<IReadOnlyList<string>>
{
    public override IReadOnlyList<string> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("Lists of ids and names are only ever sent.");

    public override void Write(Utf8JsonWriter writer, IReadOnlyList<string> value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (var idOrName in value)
        {
            if (long.TryParse(idOrName, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var id))
            {
                writer.WriteNumberValue(id);
            }
            else
            {
                writer.WriteStringValue(idOrName);
            }
        }

        writer.WriteEndArray();
    }
}
