using System.Text;
using System.Text.Json.Serialization;
using Slipway.Hetzner.Http;

namespace Slipway.Hetzner;

/// <summary>What a new server shall be. Names suffice everywhere: no look-ups are needed before.</summary>
public sealed record CreateServerRequest
{
    /// <summary>Hetzner's limit for <see cref="UserData"/> in bytes of UTF-8.</summary>
    public const int MaxUserDataBytes = 32 * 1024;

    internal const int LargeUserDataBytes = 25 * 1000;

    /// <summary>Unique in the project; letters, digits, dots and dashes. The only protection against making a server twice: derive it, never draw it.</summary>
    public required string Name { get; init; }

    /// <summary>Id or name, such as <c>cx23</c>.</summary>
    public required string ServerType { get; init; }

    /// <summary>Id or name, such as <c>debian-12</c>.</summary>
    public required string Image { get; init; }

    /// <summary>Id or name, such as <c>nbg1</c>. Without it Hetzner chooses, possibly outside the EU.</summary>
    public string? Location { get; init; }

    /// <summary>Ids or names of SSH keys. Without any, Hetzner makes a root password.</summary>
    public IReadOnlyList<string>? SshKeys { get; init; }

    /// <summary>cloud-init user data, at most 32 KiB of UTF-8. Every process on the machine can read it for the machine's life: no lasting secrets.</summary>
    public string? UserData { get; init; }

    /// <summary>Labels; checked against Hetzner's rules before anything is sent.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>Ids of firewalls to be in force from the first packet.</summary>
    public IReadOnlyList<long>? Firewalls { get; init; }

    /// <summary>Public addresses; one new IPv4 and one new IPv6 network when <see langword="null"/>.</summary>
    public PublicNetRequest? PublicNet { get; init; }

    /// <summary>Ids of private networks to attach it to.</summary>
    public IReadOnlyList<long>? Networks { get; init; }

    /// <summary>Ids of volumes to attach; they must be in the same location.</summary>
    public IReadOnlyList<long>? Volumes { get; init; }

    /// <summary>Whether the server mounts its volumes by itself.</summary>
    public bool? Automount { get; init; }

    /// <summary>The id of the placement group it joins.</summary>
    public long? PlacementGroup { get; init; }

    /// <summary>Whether to switch it on.</summary>
    public bool StartAfterCreate { get; init; } = true;

    /// <summary>Name, type, image and place; never the user data.</summary>
    public override string ToString() =>
        $"CreateServerRequest {{ Name = {Name}, ServerType = {ServerType}, Image = {Image}, Location = {Location}, UserData = {(UserData is null ? "none" : "***")} }}";

    /// <summary>Refuses what Hetzner would refuse, as far as that is known here.</summary>
    internal static void Validate(CreateServerRequest request)
    {
        if (string.IsNullOrWhiteSpace(request.Name) || string.IsNullOrWhiteSpace(request.ServerType) || string.IsNullOrWhiteSpace(request.Image))
        {
            throw new ArgumentException($"A server needs a name, a server type and an image: {request}.", nameof(request));
        }

        LabelRules.Check(request.Labels);
        CheckUserData(request.UserData);
    }

    internal static int SizeOf(string? userData) => userData is null ? 0 : Encoding.UTF8.GetByteCount(userData);

    internal static void CheckUserData(string? userData)
    {
        if (SizeOf(userData) > MaxUserDataBytes)
        {
            throw new ArgumentException(
                $"User data is {SizeOf(userData)} bytes of UTF-8, Hetzner takes {MaxUserDataBytes} at most. Shorten it, or let the machine fetch the rest.",
                nameof(userData));
        }
    }
}

/// <summary>Which public addresses a new server gets.</summary>
public sealed record PublicNetRequest
{
    /// <summary>Whether it gets an IPv4 address.</summary>
    public bool EnableIpv4 { get; init; } = true;

    /// <summary>Whether it gets an IPv6 network.</summary>
    public bool EnableIpv6 { get; init; } = true;

    /// <summary>The id of an existing primary IPv4 address to use.</summary>
    public long? Ipv4 { get; init; }

    /// <summary>The id of an existing primary IPv6 network to use.</summary>
    public long? Ipv6 { get; init; }
}

/// <summary>A server on its way.</summary>
/// <param name="Server">As it is right after the order, usually <c>initializing</c>.</param>
/// <param name="Action">The <c>create_server</c> action.</param>
/// <param name="NextActions">What follows, usually <c>start_server</c>. Wait for all of them.</param>
public sealed record CreateServerResult(Server Server, HetznerAction Action, IReadOnlyList<HetznerAction> NextActions)
{
    /// <summary>The root password Hetzner made; only when the request named no SSH key. A secret: not part of <see cref="ToString"/>.</summary>
    public string? RootPassword { get; init; }

    /// <summary>Ids only; never the root password.</summary>
    public override string ToString() => $"CreateServerResult {{ Server = {Server.Id}, Action = {Action.Id} }}";
}

internal sealed record FirewallReference(long Firewall);

internal sealed record CreateServerBody(
    string Name,
    string ServerType,
    string Image,
    string? Location,
    [property: JsonConverter(typeof(IdOrNameListConverter))] IReadOnlyList<string>? SshKeys,
    string? UserData,
    IReadOnlyDictionary<string, string>? Labels,
    IReadOnlyList<FirewallReference>? Firewalls,
    PublicNetRequest? PublicNet,
    IReadOnlyList<long>? Networks,
    IReadOnlyList<long>? Volumes,
    bool? Automount,
    long? PlacementGroup,
    bool StartAfterCreate)
{
    public static CreateServerBody From(CreateServerRequest r) => new(
        r.Name, r.ServerType, r.Image, r.Location, r.SshKeys, r.UserData, r.Labels,
        r.Firewalls?.Select(id => new FirewallReference(id)).ToList(), r.PublicNet,
        r.Networks, r.Volumes, r.Automount, r.PlacementGroup, r.StartAfterCreate);
}

internal sealed record CreateServerAnswer(Server? Server, HetznerAction? Action, IReadOnlyList<HetznerAction>? NextActions, string? RootPassword);
