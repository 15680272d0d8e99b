using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Slipway.LocalCloud.GitHub;

/// <summary>GitHub's OpenID Connect provider: tokens that say which run their bearer is, for whatever audience the run names, and the key to check them with.</summary>
internal sealed class RunTokens(Actions actions, TimeProvider time) : IDisposable
{
    public const string Path = "/github/oidc";
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);
    private readonly Lazy<RSA> _key = new(() => RSA.Create(2048));

    private string KeyId => Convert.ToHexStringLower(SHA256.HashData(_key.Value.ExportSubjectPublicKeyInfo()))[..16];

    /// <summary>Where a run asks.</summary>
    public static string PathOf(long run) => string.Create(CultureInfo.InvariantCulture, $"{Path}/token/{run}");

    /// <summary>What a run of a workflow with <c>id-token: write</c> asks with.</summary>
    public string RequestTokenOf(long run) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(actions.RunnerKey, Encoding.ASCII.GetBytes(run.ToString(CultureInfo.InvariantCulture))));

    public KeySet Keys()
    {
        var numbers = _key.Value.ExportParameters(includePrivateParameters: false);
        return new KeySet([new Key(KeyId, "RSA", "RS256", "sig", Base64Url.EncodeToString(numbers.Modulus), Base64Url.EncodeToString(numbers.Exponent))]);
    }

    /// <summary>A token for a run that is under way.</summary>
    public string Issue(long id, string? requestToken, string? audience, string issuer)
    {
        if (requestToken is null || !CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(requestToken), Encoding.ASCII.GetBytes(RequestTokenOf(id))))
        {
            throw new GitHubFault(401, "Bad credentials");
        }

        var run = actions.Find(id);
        if (run.Status != "in_progress")
        {
            throw new GitHubFault(403, "The run is not in progress.");
        }

        var now = time.GetUtcNow().ToUnixTimeSeconds();
        var branch = run.Ref.StartsWith("refs/", StringComparison.Ordinal) ? run.Ref : "refs/heads/" + run.Ref;
        var workflow = $"{run.Workflow.Repository}/{run.Workflow.Path}@{branch}";
        var claims = new Claims(
            issuer, audience ?? $"https://github.com/{run.Workflow.Repository.Split('/')[0]}", $"repo:{run.Workflow.Repository}:ref:{branch}", run.Workflow.Repository,
            run.Workflow.Repository.Split('/')[0], workflow, workflow, run.Workflow.Name, branch, "workflow_dispatch", run.Id.ToString(CultureInfo.InvariantCulture),
            run.Number.ToString(CultureInfo.InvariantCulture), "1", now, now - 300, now + (long)Lifetime.TotalSeconds);
        var text = $"{Part(new Header("RS256", KeyId, "JWT"), TokenJson.Default.Header)}.{Part(claims, TokenJson.Default.Claims)}";
        return $"{text}.{Base64Url.EncodeToString(_key.Value.SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
    }

    public void Dispose()
    {
        if (_key.IsValueCreated)
        {
            _key.Value.Dispose();
        }
    }

    private static string Part<T>(T value, JsonTypeInfo<T> type) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(value, type));
}

internal sealed record KeySet(IReadOnlyList<Key> Keys);

internal sealed record Key(string Kid, string Kty, string Alg, string Use, string N, string E);

internal sealed record IssuedToken(string Value);

internal sealed record Header(string Alg, string Kid, string Typ);

internal sealed record Claims(
    string Iss, string Aud, string Sub, string Repository, string RepositoryOwner, string WorkflowRef, string JobWorkflowRef, string Workflow, string Ref, string EventName,
    string RunId, string RunNumber, string RunAttempt, long Iat, long Nbf, long Exp);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(KeySet))]
[JsonSerializable(typeof(IssuedToken))]
[JsonSerializable(typeof(Header))]
[JsonSerializable(typeof(Claims))]
internal sealed partial class TokenJson : JsonSerializerContext;
