using System.Text.Json.Serialization;

namespace Slipway.LocalCloud.Hetzner;

internal sealed record HetznerAction(
    long Id,
    string Command,
    string Status,
    int Progress,
    DateTimeOffset Started,
    DateTimeOffset? Finished,
    IReadOnlyList<ActionResource> Resources,
    ActionError? Error)
{
    public bool Concerns(string type) => Resources.Any(r => r.Type == type);
}

internal sealed record ActionResource(long Id, string Type);

internal sealed record ActionError(string Code, string Message);

internal sealed record ActionAnswer(HetznerAction Action);

internal sealed record ActionsAnswer(
    IReadOnlyList<HetznerAction> Actions,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ListMeta? Meta);
