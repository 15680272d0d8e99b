using System.Text.Json;
using System.Text.Json.Serialization;

namespace Slipway.LocalCloud.Tailscale;

internal sealed record KeyCapabilities(DeviceCapabilities? Devices);

internal sealed record DeviceCapabilities(CreateCapabilities? Create);

internal sealed record CreateCapabilities(bool Reusable, bool Ephemeral, bool Preauthorized, IReadOnlyList<string>? Tags);

internal sealed record CreateKey(string? KeyType, KeyCapabilities? Capabilities, long? ExpirySeconds, string? Description);

internal sealed record KeyView(
    string Id,
    string KeyType,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Key,
    string Description,
    long ExpirySeconds,
    DateTime Created,
    DateTime Expires,
    bool Invalid,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTime? Revoked,
    KeyCapabilities Capabilities,
    string UserId);

internal sealed record KeysView(IReadOnlyList<KeyView> Keys);

internal sealed record DeviceView(
    IReadOnlyList<string> Addresses, string Id, string NodeId, string User, string Name, string Hostname, string ClientVersion,
    bool UpdateAvailable, string Os, string Created, bool ConnectedToControl,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTime? LastSeen,
    bool KeyExpiryDisabled, DateTime Expires, bool Authorized, bool IsExternal, bool IsEphemeral, string MachineKey,
    string NodeKey, bool BlocksIncomingConnections,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Tags,
    string TailnetLockKey, string TailnetLockError,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? AdvertisedRoutes,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? EnabledRoutes,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ClientConnectivity? ClientConnectivity,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? SshEnabled);

/// <summary>Only with <c>?fields=all</c>.</summary>
internal sealed record ClientConnectivity(IReadOnlyList<string> Endpoints, bool MappingVariesByDestIP);

/// <summary>The bodies of <c>POST /device/{id}/…</c>, of which each has one of these.</summary>
internal sealed record ChangeDevice(bool? Authorized, bool? KeyExpiryDisabled, string? Name, IReadOnlyList<string>? Tags, IReadOnlyList<string>? Routes);

internal sealed record RoutesView(IReadOnlyList<string> AdvertisedRoutes, IReadOnlyList<string> EnabledRoutes);

internal sealed record DeviceAttribute(JsonElement Value, DateTimeOffset? Expiry, string? Comment);

internal sealed record AttributesView(IReadOnlyDictionary<string, JsonElement> Attributes, IReadOnlyDictionary<string, DateTime> Expiries);

internal sealed record ShareDevice(string? Hostname);

internal sealed record DevicesView(IReadOnlyList<DeviceView> Devices);

internal sealed record AccessTokenView(
    [property: JsonPropertyName("access_token")] string AccessToken,
    [property: JsonPropertyName("token_type")] string TokenType,
    [property: JsonPropertyName("expires_in")] int ExpiresIn,
    string Scope);

internal sealed record OAuthErrorView(
    string Error, [property: JsonPropertyName("error_description")] string ErrorDescription);

internal sealed record TailscaleErrorView(string Message);

internal sealed record RegisterNode(
    [property: JsonPropertyName("auth_key")] string? AuthKey, string? Hostname, IReadOnlyList<string>? Tags,
    [property: JsonPropertyName("server_id")] long? ServerId);

/// <summary>What the machine itself learns; <c>dns_name</c> ends in a dot, as in <c>tailscale status --json</c>.</summary>
internal sealed record RegisteredNode(
    [property: JsonPropertyName("node_id")] string NodeId,
    IReadOnlyList<string> Addresses,
    [property: JsonPropertyName("dns_name")] string DnsName,
    string Hostname,
    IReadOnlyList<string> Tags,
    bool Online);
