namespace Slipway.Tests.Architecture;

/// <summary>Which room may know which; the picture is in DESIGN, "One sentence, six rooms".</summary>
internal static class Arrows
{
    private static readonly string[] Libraries = ["Hetzner", "Tailscale", "CloudInit", "Ssh"];

    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Storage"] = [],
        ["Secrets"] = ["Storage"],
        ["Blueprints"] = ["Secrets", "Storage"],
        ["Operations"] = ["Storage"],
        ["Agents"] = ["Operations", "Blueprints", "Secrets", "Storage"],
        ["Alerts"] = ["Operations", "Storage"],
        ["Payments"] = ["Agents", "Alerts", "Operations", "Storage"],
        ["Machines"] = ["Operations", "Alerts", "Blueprints", "Secrets", "Storage", .. Libraries],
    };

    /// <summary>One sentence for each type that uses what its room may not know.</summary>
    /// <param name="references">Who mentions whom.</param>
    /// <param name="root">The namespace the rooms are in.</param>
    public static IReadOnlyList<string> Broken(IEnumerable<TypeReference> references, string root = "Slipway") =>
    [
        .. from reference in references
           let user = RoomOf(reference.From, root)
           let used = RoomOf(reference.To, root)
           where user is not null && used is not null && user != used
           where !(Allowed.GetValueOrDefault(user) ?? []).Contains(used)
           select Explain(reference, user, used),
    ];

    private static string Explain(TypeReference reference, string user, string used) => $"{user} -> {used}: {reference.From} uses {reference.To}, " + (
        Allowed.TryGetValue(user, out var allowed)
            ? $"but {user} may know {(allowed.Length == 0 ? "no other room" : "only " + string.Join(", ", allowed))}."
            : $"but {user} is a room nobody drew: say in {nameof(Arrows)} what it may know.");

    private static string? RoomOf(string type, string root) =>
        type.StartsWith(root + ".", StringComparison.Ordinal) && type[(root.Length + 1)..].Split('.') is [var room, _, ..] ? room : null;
}
