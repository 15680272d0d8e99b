using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Slipway.Machines;
using Slipway.Machines.Workflows;
using Slipway.Secrets;
using Slipway.Testing;

namespace Slipway.Tests.Machines.Workflows;

/// <summary>G3: a run proves with GitHub's own token which run it is; everything else that looks like one is refused.</summary>
public sealed class RunIdentityTests : IDisposable
{
    private const string Keys = "/.well-known/jwks";
    private const string Workflow = "shop/agents/.github/workflows/provision-agent.yml@refs/heads/main";
    private static readonly MachinesOptions Machines = new() { PublicUrl = new Uri("https://slipway.example.com/") };
    private readonly ManualTimeProvider _time = new();
    private readonly RSA _key = RSA.Create(2048);

    [Fact]
    public async Task G3_The_token_of_the_very_run_is_believed()
    {
        using var identity = Identity(Published());

        (await ProvenAsync(identity, Sign(Claims()))).ShouldBeTrue();
    }

    [Theory]
    [InlineData("iss", "https://token.actions.githubusercontent.com.evil.example")]
    [InlineData("aud", "https://slipway.example.com/callbacks/github#job-2")]
    [InlineData("aud", "https://slipway.example.com/callbacks/github")]
    [InlineData("aud", "https://github.com/shop")]
    [InlineData("repository", "shop/others")]
    [InlineData("repository", "evil/agents")]
    [InlineData("workflow_ref", "shop/agents/.github/workflows/another.yml@refs/heads/main")]
    [InlineData("workflow_ref", "shop/agents/.github/workflows/provision-agent.yml@refs/heads/branch-of-somebody")]
    [InlineData("workflow_ref", "shop/agents/.github/workflows/provision-agent.yml@refs/tags/main")]
    [InlineData("workflow_ref", "evil/agents/.github/workflows/provision-agent.yml@refs/heads/main")]
    [InlineData("job_workflow_ref", "evil/agents/.github/workflows/provision-agent.yml@refs/heads/main")]
    [InlineData("event_name", "pull_request")]
    [InlineData("run_id", "43")]
    public async Task G3_A_token_for_something_else_is_refused(string claim, string value)
    {
        using var identity = Identity(Published());
        var claims = Claims();
        claims[claim] = value;

        (await ProvenAsync(identity, Sign(claims))).ShouldBeFalse();
    }

    [Theory]
    [InlineData("iss")]
    [InlineData("aud")]
    [InlineData("exp")]
    [InlineData("nbf")]
    [InlineData("repository")]
    [InlineData("workflow_ref")]
    [InlineData("event_name")]
    [InlineData("run_id")]
    public async Task G3_A_token_that_leaves_a_claim_out_is_refused(string claim)
    {
        using var identity = Identity(Published());
        var claims = Claims();
        claims.Remove(claim);

        (await ProvenAsync(identity, Sign(claims))).ShouldBeFalse();
    }

    [Theory]
    [InlineData(-61, -1, false)]
    [InlineData(-59, -1, true)]
    [InlineData(300, 59, true)]
    [InlineData(300, 61, false)]
    public async Task G3_A_token_counts_in_its_time_give_or_take_a_minute(int expires, int begins, bool counts)
    {
        using var identity = Identity(Published());
        var claims = Claims();
        (claims["exp"], claims["nbf"]) = (Now + expires, Now + begins);

        (await ProvenAsync(identity, Sign(claims))).ShouldBe(counts);
    }

    [Fact]
    public async Task G3_A_token_of_another_job_is_refused_and_so_is_one_under_another_runs_name()
    {
        using var identity = Identity(Published());
        var token = Sign(Claims());

        (await identity.IsProvenAsync(Report("claim", token, job: "job-2"), CancellationToken.None)).ShouldBeFalse();
        (await identity.IsProvenAsync(Report("claim", token, run: 43), CancellationToken.None)).ShouldBeFalse();
        (await identity.IsProvenAsync(Report("keyed", token), CancellationToken.None)).ShouldBeTrue();
    }

    [Fact]
    public async Task G3_A_forged_signature_is_refused()
    {
        using var identity = Identity(Published());
        using var stranger = RSA.Create(2048);
        var good = Sign(Claims());
        var claims = Claims();
        claims["run_id"] = "43";
        var parts = good.Split('.');
        foreach (var forged in (string[])[
            Sign(Claims(), key: stranger), $"{parts[0]}.{Text(claims)}.{parts[2]}", good[..^8] + "AAAAAAAA", $"{parts[0]}.{parts[1]}.", $"{parts[0]}.{parts[1]}", good + ".x", "", "...",
            "a.b.c", new string('a', 9000)])
        {
            (await identity.IsProvenAsync(Report("claim", forged, run: forged.Contains(Text(claims), StringComparison.Ordinal) ? 43 : 42), CancellationToken.None)).ShouldBeFalse(forged);
        }
    }

    [Fact]
    public async Task G3_Neither_no_algorithm_nor_one_whose_secret_is_the_public_key_is_taken()
    {
        using var identity = Identity(Published());
        var claims = Text(Claims());
        var none = $"{Text(Header("none"))}.{claims}.";
        var hmac = $"{Text(Header("HS256"))}.{claims}";
        foreach (var forged in new[]
        {
            none, none + "AA", $"{Text(Header("None"))}.{claims}.AA", $"{Text(Header("RS512"))}.{claims}.AA",
            $"{hmac}.{Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.ASCII.GetBytes(_key.ExportSubjectPublicKeyInfoPem()), Encoding.ASCII.GetBytes(hmac)))}",
            $"{hmac}.{Base64Url.EncodeToString(HMACSHA256.HashData(_key.ExportParameters(false).Modulus!, Encoding.ASCII.GetBytes(hmac)))}",
        })
        {
            (await ProvenAsync(identity, forged)).ShouldBeFalse(forged);
        }

        var critical = Header("RS256");
        critical["crit"] = new JsonArray("b64");
        (await ProvenAsync(identity, Sign(Claims(), critical))).ShouldBeFalse("it asks for something we do not understand");
    }

    [Fact]
    public async Task G3_A_key_that_is_too_short_or_for_something_else_is_none()
    {
        using var small = RSA.Create(1024);
        var encryption = Jwk(_key, "key-2");
        encryption["use"] = "enc";
        using var identity = Identity(Published(Jwk(small, "key-1"), encryption));

        (await ProvenAsync(identity, Sign(Claims(), key: small))).ShouldBeFalse();
        (await ProvenAsync(identity, Sign(Claims(), Header("RS256", "key-2")))).ShouldBeFalse();
    }

    [Fact]
    public async Task G3_A_new_key_is_fetched_when_it_is_seen_and_unknown_ones_do_not_have_GitHub_asked_all_the_time()
    {
        using var next = RSA.Create(2048);
        var http = new ScriptedHttp(Exchange(Jwk(_key, "key-1")), Exchange(Jwk(_key, "key-1")), Exchange(Jwk(_key, "key-1"), Jwk(next, "key-2")));
        using var identity = Identity(http);
        (await ProvenAsync(identity, Sign(Claims()))).ShouldBeTrue();

        foreach (var _ in Enumerable.Range(0, 20))
        {
            (await ProvenAsync(identity, Sign(Claims(), Header("RS256", "key-2"), next))).ShouldBeFalse();
        }

        http.Requests.Count.ShouldBe(1, "GitHub was asked within this minute");
        _time.Advance(TimeSpan.FromSeconds(61));
        (await ProvenAsync(identity, Sign(Claims(), Header("RS256", "key-2"), next))).ShouldBeFalse();
        _time.Advance(TimeSpan.FromSeconds(61));
        (await ProvenAsync(identity, Sign(Claims(), Header("RS256", "key-2"), next))).ShouldBeTrue();
        (await ProvenAsync(identity, Sign(Claims()))).ShouldBeTrue();
        http.ShouldBeFinished();
    }

    [Fact]
    public async Task G3_While_GitHub_cannot_be_asked_known_keys_count_for_hours_and_not_for_ever()
    {
        var http = new ScriptedHttp(
            Exchange(Jwk(_key, "key-1")), new ScriptedExchange("GET", Keys, HttpStatusCode.OK) { Throws = new HttpRequestException("planted") },
            new ScriptedExchange("GET", Keys, HttpStatusCode.BadGateway, "planted"));
        using var identity = Identity(http);
        (await ProvenAsync(identity, Sign(Claims()))).ShouldBeTrue();

        _time.Advance(TimeSpan.FromHours(11));
        (await ProvenAsync(identity, Sign(Claims()))).ShouldBeTrue();
        _time.Advance(TimeSpan.FromHours(2));
        (await ProvenAsync(identity, Sign(Claims()))).ShouldBeFalse();
        _time.Advance(TimeSpan.FromMinutes(2));
        (await ProvenAsync(identity, Sign(Claims()))).ShouldBeFalse();
        http.ShouldBeFinished();
    }

    [Fact]
    public async Task G3_Only_a_failure_may_be_reported_without_a_token_and_only_a_server_that_wants_none_takes_other_reports_without()
    {
        using var identity = Identity(new ScriptedHttp());
        foreach (var status in (string[])["claim", "keyed", "created", "running", "whatever"])
        {
            (await identity.IsProvenAsync(Report(status, null), CancellationToken.None)).ShouldBeFalse(status);
        }

        (await identity.IsProvenAsync(Report("failed", null), CancellationToken.None)).ShouldBeTrue();
        (await identity.IsProvenAsync(Report("failed", "a.b.c"), CancellationToken.None)).ShouldBeFalse("who shows a token is held to it");
        using var trusting = new RunIdentity(Settings(RunClaim.Token), Machines, new HttpMessageInvoker(new ScriptedHttp()), _time, NullLogger<RunIdentity>.Instance);
        (await trusting.IsProvenAsync(Report("claim", null), CancellationToken.None)).ShouldBeTrue();
    }

    public void Dispose() => _key.Dispose();

    private long Now => _time.GetUtcNow().ToUnixTimeSeconds();

    private RunIdentity Identity(ScriptedHttp http) => new(Settings(RunClaim.Oidc), Machines, new HttpMessageInvoker(http), _time, NullLogger<RunIdentity>.Instance);

    private static GitHubSettings Settings(RunClaim claim) => new() { Repository = "Shop/Agents", Token = "planted", Claim = claim };

    private static Task<bool> ProvenAsync(RunIdentity identity, string token) => identity.IsProvenAsync(Report("claim", token), CancellationToken.None);

    private static RunnerReport Report(string status, string? token, string job = "job-1", long run = 42) =>
        new(status, job, run, "delivery-0123456789", DateTimeOffset.UnixEpoch) { IdToken = token is null ? null : new Secret(token) };

    private JsonObject Claims() => new()
    {
        ["iss"] = "https://token.actions.githubusercontent.com",
        ["aud"] = "https://slipway.example.com/callbacks/github#job-1",
        ["sub"] = "repo:shop/agents:ref:refs/heads/main",
        ["repository"] = "shop/agents",
        ["workflow_ref"] = Workflow,
        ["job_workflow_ref"] = Workflow,
        ["event_name"] = "workflow_dispatch",
        ["run_id"] = "42",
        ["iat"] = Now,
        ["nbf"] = Now - 300,
        ["exp"] = Now + 300,
    };

    private static JsonObject Header(string algorithm, string key = "key-1") => new() { ["alg"] = algorithm, ["kid"] = key, ["typ"] = "JWT" };

    private string Sign(JsonObject claims, JsonObject? header = null, RSA? key = null)
    {
        var text = $"{Text(header ?? Header("RS256"))}.{Text(claims)}";
        return $"{text}.{Base64Url.EncodeToString((key ?? _key).SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
    }

    private static string Text(JsonObject json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json.ToJsonString()));

    private ScriptedHttp Published(params JsonObject[] keys) => new(Exchange(keys.Length == 0 ? [Jwk(_key, "key-1")] : keys));

    private static ScriptedExchange Exchange(params JsonObject[] keys) => new("GET", Keys, HttpStatusCode.OK, new JsonObject { ["keys"] = new JsonArray([.. keys.Select(k => k.DeepClone())]) }.ToJsonString());

    private static JsonObject Jwk(RSA key, string id)
    {
        var numbers = key.ExportParameters(includePrivateParameters: false);
        return new JsonObject
        {
            ["kid"] = id,
            ["kty"] = "RSA",
            ["alg"] = "RS256",
            ["use"] = "sig",
            ["n"] = Base64Url.EncodeToString(numbers.Modulus),
            ["e"] = Base64Url.EncodeToString(numbers.Exponent),
            ["x5t"] = "as GitHub sends it",
        };
    }
}
