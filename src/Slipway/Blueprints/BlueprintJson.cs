using System.Text.Json.Serialization;

namespace Slipway.Blueprints;

[JsonSerializable(typeof(Dictionary<string, string>))]
[JsonSerializable(typeof(MachineOrder))]
[JsonSerializable(typeof(MachineWish))]
[JsonSerializable(typeof(SnapshotOrder))]
[JsonSerializable(typeof(SnapshotRemoval))]
[JsonSerializable(typeof(ResizeOrder))]
[JsonSerializable(typeof(MachineUpdate))]
public sealed partial class BlueprintJson : JsonSerializerContext;
