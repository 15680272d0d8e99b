using System.Globalization;

namespace Slipway.LocalCloud.FaultInjection;

/// <summary>Where a fault strikes, and so what it is matched by.</summary>
internal enum FaultScope
{
    /// <summary>A request to any of the APIs.</summary>
    Wire,

    /// <summary>A rule of Hetzner's.</summary>
    Hetzner,

    /// <summary>A machine, from its boot to its SSH.</summary>
    Machine,

    /// <summary>A webhook on its way out.</summary>
    Webhook,
}

/// <summary>One named kind of trouble.</summary>
/// <param name="Name">What it is asked for by.</param>
/// <param name="Scope">Where it strikes.</param>
/// <param name="Does">What a client sees.</param>
/// <param name="Own">What it can be told beyond what every fault can.</param>
internal sealed record FaultKind(string Name, FaultScope Scope, string Does, params IReadOnlyList<FaultParameter> Own)
{
    /// <summary>Everything it can be told.</summary>
    public IReadOnlyList<FaultParameter> Parameters { get; } = [.. Own, .. FaultParameter.OfScope(Scope).Where(p => Own.All(o => o.Name != p.Name)), .. FaultParameter.Common.Where(p => Own.All(o => o.Name != p.Name))];
}

internal enum FaultValue
{
    Text,
    Count,
    Fraction,
}

/// <summary>Something a fault can be told.</summary>
internal sealed record FaultParameter(string Name, FaultValue Value, string? Default, string Does, params IReadOnlyList<string> Choices)
{
    public static readonly IReadOnlyList<FaultParameter> Common =
    [
        new("times", FaultValue.Count, "1", "how often it strikes; 0: until it is taken back"),
        new("nth", FaultValue.Count, "1", "the first matching occasion it strikes at"),
        new("probability", FaultValue.Fraction, "1", "how likely each matching occasion is struck"),
        new("seed", FaultValue.Count, "1", "makes the same dice fall again"),
    ];

    public static IReadOnlyList<FaultParameter> OfScope(FaultScope scope) => scope switch
    {
        FaultScope.Wire =>
        [
            new("route", FaultValue.Text, null, "e.g. POST /v1/servers, GET /v1/servers/{id}, or a prefix: /api/v2/*"),
            new("method", FaultValue.Text, null, "e.g. POST; a route may begin with it too"),
            new("api", FaultValue.Text, null, "every route of one API", "hetzner", "tailscale", "stripe", "github"),
        ],
        FaultScope.Machine => [new("server", FaultValue.Text, null, "a server's id or name; agent-* is every name beginning so")],
        FaultScope.Webhook => [new("event", FaultValue.Text, null, "e.g. checkout.session.completed; invoice.* is every type beginning so")],
        _ => [],
    };

    /// <summary>What is wrong with this value; null when nothing is.</summary>
    public string? Complain(string value)
    {
        if (Choices.Count > 0)
        {
            return Choices.Contains(value) ? null : $"{Name} is '{value}'; use {string.Join(", ", Choices)}";
        }

        return Value switch
        {
            FaultValue.Count when !(int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out _)) =>
                $"{Name} is '{value}'; give a whole number, 0 or more",
            FaultValue.Fraction when !(double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var f) && f is >= 0 and <= 1) =>
                $"{Name} is '{value}'; give a number from 0 to 1",
            _ => null,
        };
    }
}
