using System.Text.Json;
using System.Text.Json.Serialization;

namespace Slipway.Client;

/// <summary>The wire's JSON: camelCase, nulls left out. One copy for server and client.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CreateAgentRequest))]
[JsonSerializable(typeof(AgentResource))]
[JsonSerializable(typeof(AgentList))]
[JsonSerializable(typeof(ChangeSecretsRequest))]
[JsonSerializable(typeof(AgentLog))]
[JsonSerializable(typeof(OpenShellRequest))]
[JsonSerializable(typeof(ShellAccess))]
[JsonSerializable(typeof(TakeSnapshotRequest))]
[JsonSerializable(typeof(SnapshotList))]
[JsonSerializable(typeof(ResizeAgentRequest))]
[JsonSerializable(typeof(UpdateAgentRequest))]
[JsonSerializable(typeof(CreateRolloutRequest))]
[JsonSerializable(typeof(RolloutResource))]
[JsonSerializable(typeof(RolloutList))]
[JsonSerializable(typeof(CustomerLink))]
[JsonSerializable(typeof(OperationResource))]
[JsonSerializable(typeof(OperationList))]
[JsonSerializable(typeof(TimelineEntry))]
[JsonSerializable(typeof(OperationExplanation))]
[JsonSerializable(typeof(AlertResource))]
[JsonSerializable(typeof(AlertList))]
[JsonSerializable(typeof(BlueprintResource))]
[JsonSerializable(typeof(BlueprintList))]
[JsonSerializable(typeof(ValidateBlueprintRequest))]
[JsonSerializable(typeof(BlueprintValidation))]
[JsonSerializable(typeof(DoctorReport))]
[JsonSerializable(typeof(ReconcileReport))]
[JsonSerializable(typeof(ProblemResource))]
public sealed partial class SlipwayJson : JsonSerializerContext;
