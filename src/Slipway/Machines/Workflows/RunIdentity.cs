using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Slipway.Operations;

namespace Slipway.Machines.Workflows;

/// <summary>
/// Whether a report comes from the very run it names: GitHub signs a token for it (OpenID Connect), for our address and this job alone, that says which
/// repository, workflow, branch and run it is. Nobody has to share a secret for that, and what one run was given is of no use for another job.
/// </summary>
public sealed partial class RunIdentity(GitHubSettings settings, MachinesOptions machines, HttpMessageInvoker http, TimeProvider time, ILogger<RunIdentity> log) : IDisposable
{
    private const int LongestAnswer = 256 * 1024;
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(60);

    /// <summary>An unknown key has GitHub asked for its keys, but not more often than this.</summary>
    private static readonly TimeSpan Floor = TimeSpan.FromMinutes(1);

    /// <summary>A key that GitHub took back is believed no longer than this.</summary>
    private static readonly TimeSpan Keep = TimeSpan.FromHours(12);
    private readonly SemaphoreSlim _gate = new(1, 1);
    private Dictionary<string, JsonWebKey> _keys = new(StringComparer.Ordinal);
    private DateTimeOffset? _askedAt;
    private DateTimeOffset? _readAt;

    /// <summary>Whom a run's token must be meant for: our callback's address, and its job.</summary>
    public static string AudienceOf(Uri callback, string jobId) => $"{callback}#{jobId}";

    /// <returns>Whether the report may be heard, as far as its token goes; why not is in the log.</returns>
    public async Task<bool> IsProvenAsync(RunnerReport report, CancellationToken cancellationToken)
    {
        // What failed before it could ask for a token may say so; it is told nothing.
        if (settings.Claim == RunClaim.Token || (report.Status == "failed" && report.IdToken is null))
        {
            return true;
        }

        var refusal = await RefusalAsync(report, cancellationToken);
        if (refusal is not null)
        {
            Log.NotProven(log, report.Status, report.JobId, report.RunId, refusal);
        }

        return refusal is null;
    }

    public void Dispose()
    {
        _gate.Dispose();
        http.Dispose();
    }

    private async Task<string?> RefusalAsync(RunnerReport report, CancellationToken cancellationToken)
    {
        if (report.IdToken is not { } given)
        {
            return "it has no token; give the workflow 'permissions: id-token: write'";
        }

        if (IdToken.Parse(given.Reveal()) is not { } token)
        {
            return "its token is no RS256 token with a key id";
        }

        if (await FindKeyAsync(token.KeyId, cancellationToken) is not { } key)
        {
            return "its token's key is none of GitHub's";
        }

        return token.IsSignedWith(key) ? WrongClaim(token.Claims, report) : "its token's signature is wrong";
    }

    /// <returns>The first claim that is not as it has to be; its value is somebody else's words and is not repeated.</returns>
    private string? WrongClaim(IdTokenClaims claims, RunnerReport report)
    {
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        var skew = (long)Skew.TotalSeconds;
        var workflow = $"{settings.Repository}/.github/workflows/{settings.Workflow}@{(settings.Ref.StartsWith("refs/", StringComparison.Ordinal) ? settings.Ref : "refs/heads/" + settings.Ref)}";
        var wrong = claims switch
        {
            _ when claims.Issuer != settings.Issuer.ToString().TrimEnd('/') => "iss",
            _ when claims.Audience != AudienceOf(machines.Callback(), report.JobId) => "aud",
            _ when claims.ExpiresAt is not { } end || end + skew <= now => "exp",
            _ when claims.NotBefore is not { } start || start - skew > now => "nbf",
            _ when !Same(claims.Repository, settings.Repository) => "repository",
            _ when !SameWorkflow(claims.WorkflowRef, workflow) => "workflow_ref",
            _ when claims.JobWorkflowRef is not null && !SameWorkflow(claims.JobWorkflowRef, workflow) => "job_workflow_ref",
            _ when claims.EventName != "workflow_dispatch" => "event_name",
            _ when claims.RunId != report.RunId.ToString(CultureInfo.InvariantCulture) => "run_id",
            _ => null,
        };
        return wrong is null ? null : $"'{wrong}' of its token is not as it has to be";
    }

    /// <summary>GitHub takes a repository's name in any case; a file's and a branch's it does not.</summary>
    private bool SameWorkflow(string? given, string expected) =>
        given is not null && given.Length == expected.Length && Same(given[..settings.Repository.Length], settings.Repository)
        && given[settings.Repository.Length..] == expected[settings.Repository.Length..];

    private static bool Same(string? one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);

    private async Task<JsonWebKey?> FindKeyAsync(string id, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            var now = time.GetUtcNow();
            var isOld = now - _readAt > Keep;
            if ((isOld || !_keys.ContainsKey(id)) && !(now - _askedAt < Floor))
            {
                _askedAt = now;
                await TryReadKeysAsync(now, cancellationToken);
            }

            return now - _readAt <= Keep ? _keys.GetValueOrDefault(id) : null;
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task TryReadKeysAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(OperationsOptions.HttpTimeLimit / 2, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(settings.Issuer.ToString().TrimEnd('/') + "/.well-known/jwks"));
            request.Headers.TryAddWithoutValidation("User-Agent", "slipway/0.1");
            using var response = await http.SendAsync(request, either.Token);
            await response.Content.LoadIntoBufferAsync(LongestAnswer, either.Token);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                Log.NoKeys(log, $"they were answered with {(int)response.StatusCode}");
                return;
            }

            var keys = JsonSerializer.Deserialize(await response.Content.ReadAsStringAsync(either.Token), IdTokenJson.Default.JsonWebKeys)?.Keys ?? [];
            _keys = keys.Where(k => k.IsUsable).GroupBy(k => k.Id!, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First(), StringComparer.Ordinal);
            _readAt = now;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or JsonException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            Log.NoKeys(log, e.GetType().Name);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "A report '{Status}' for job {JobId} by run {RunId} was signed by us, but not proven to be that run's: {Why}")]
        public static partial void NotProven(ILogger logger, string status, string jobId, long runId, string why);

        [LoggerMessage(2, LogLevel.Warning, "GitHub's keys for tokens of runs could not be read: {Why}")]
        public static partial void NoKeys(ILogger logger, string why);
    }
}
