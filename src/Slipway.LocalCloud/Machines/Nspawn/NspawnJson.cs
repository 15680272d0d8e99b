using System.Text.Json.Serialization;

namespace Slipway.LocalCloud.Machines.Nspawn;

/// <summary>The seed's meta-data; JSON is YAML, so nothing in a name can break out of it.</summary>
internal sealed record NoCloudMetadata(string InstanceId, string LocalHostname, IReadOnlyList<string> PublicKeys);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower)]
[JsonSerializable(typeof(NoCloudMetadata))]
[JsonSerializable(typeof(InstanceRecord))]
internal sealed partial class NspawnJson : JsonSerializerContext;
