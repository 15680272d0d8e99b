using System.Text.Json.Serialization;

namespace Slipway.Blueprints;

[JsonSerializable(typeof(Dictionary<string, string>))]
[JsonSerializable(typeof(MachineOrder))]
[JsonSerializable(typeof(MachineWish))]
public sealed partial class BlueprintJson : JsonSerializerContext;
