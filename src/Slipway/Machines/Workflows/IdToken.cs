using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Slipway.Machines.Workflows;

/// <summary>A JSON Web Token with an RS256 signature; any other kind is none.</summary>
internal sealed class IdToken
{
    private const string OnlyAlgorithm = "RS256";
    private const int Longest = 8 * 1024;
    private readonly byte[] _signed;
    private readonly byte[] _signature;

    private IdToken(string keyId, IdTokenClaims claims, byte[] signed, byte[] signature) => (KeyId, Claims, _signed, _signature) = (keyId, claims, signed, signature);

    public string KeyId { get; }

    /// <summary>Nothing of it counts before <see cref="IsSignedWith"/>.</summary>
    public IdTokenClaims Claims { get; }

    /// <returns>Null for what is not such a token, whatever it is instead.</returns>
    public static IdToken? Parse(string text)
    {
        try
        {
            return text.Length <= Longest && text.Split('.') is [var header, var payload, { Length: > 0 } signature]
                && JsonSerializer.Deserialize(Base64Url.DecodeFromChars(header), IdTokenJson.Default.IdTokenHeader) is { Algorithm: OnlyAlgorithm, Critical: null, KeyId: { Length: > 0 } key }
                && JsonSerializer.Deserialize(Base64Url.DecodeFromChars(payload), IdTokenJson.Default.IdTokenClaims) is { } claims
                ? new IdToken(key, claims, Encoding.ASCII.GetBytes($"{header}.{payload}"), Base64Url.DecodeFromChars(signature))
                : null;
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            return null;
        }
    }

    public bool IsSignedWith(JsonWebKey key)
    {
        using var rsa = key.ToRsa();
        return rsa?.VerifyData(_signed, _signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1) is true;
    }
}

internal sealed record IdTokenHeader
{
    [JsonPropertyName("alg")]
    public string? Algorithm { get; init; }

    [JsonPropertyName("kid")]
    public string? KeyId { get; init; }

    /// <summary>What a reader must understand; we understand none of it.</summary>
    [JsonPropertyName("crit")]
    public JsonElement? Critical { get; init; }
}

/// <summary>What GitHub says of a run, as far as it is looked at.</summary>
internal sealed record IdTokenClaims
{
    [JsonPropertyName("iss")]
    public string? Issuer { get; init; }

    /// <summary>GitHub writes one; a list is not taken.</summary>
    [JsonPropertyName("aud")]
    public string? Audience { get; init; }

    [JsonPropertyName("exp")]
    public long? ExpiresAt { get; init; }

    [JsonPropertyName("nbf")]
    public long? NotBefore { get; init; }

    public string? Repository { get; init; }

    /// <summary>The workflow that was started, as <c>owner/name/.github/workflows/file@refs/heads/branch</c>.</summary>
    public string? WorkflowRef { get; init; }

    /// <summary>The workflow whose job it is; another one when that was called by the first.</summary>
    public string? JobWorkflowRef { get; init; }

    public string? EventName { get; init; }

    public string? RunId { get; init; }
}

internal sealed record JsonWebKeys(IReadOnlyList<JsonWebKey>? Keys);

/// <summary>A public key of a key set.</summary>
internal sealed record JsonWebKey
{
    private const int ShortestModulus = 256;

    [JsonPropertyName("kid")]
    public string? Id { get; init; }

    [JsonPropertyName("kty")]
    public string? Type { get; init; }

    [JsonPropertyName("alg")]
    public string? Algorithm { get; init; }

    public string? Use { get; init; }

    [JsonPropertyName("n")]
    public string? Modulus { get; init; }

    [JsonPropertyName("e")]
    public string? Exponent { get; init; }

    [JsonIgnore]
    public bool IsUsable => Id is { Length: > 0 } && Type == "RSA" && (Algorithm is null or "RS256") && (Use is null or "sig") && Modulus is not null && Exponent is not null;

    /// <returns>Null when it is no key, or too short a one.</returns>
    public RSA? ToRsa()
    {
        try
        {
            var modulus = Base64Url.DecodeFromChars(Modulus);
            return modulus.Length < ShortestModulus ? null : RSA.Create(new RSAParameters { Modulus = modulus, Exponent = Base64Url.DecodeFromChars(Exponent) });
        }
        catch (Exception e) when (e is FormatException or CryptographicException)
        {
            return null;
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(IdTokenHeader))]
[JsonSerializable(typeof(IdTokenClaims))]
[JsonSerializable(typeof(JsonWebKeys))]
internal sealed partial class IdTokenJson : JsonSerializerContext;
