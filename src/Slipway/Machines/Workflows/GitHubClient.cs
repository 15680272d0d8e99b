using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Slipway.Operations;

namespace Slipway.Machines.Workflows;

/// <summary>The four requests to GitHub that running a workflow needs. Each is sent once: who asks knows what a second one would mean.</summary>
public sealed class GitHubClient(GitHubSettings settings, HttpMessageHandler? transport, TimeProvider time) : IDisposable
{
    private const int LongestAnswer = 4 * 1024 * 1024;
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(5);

    private readonly HttpMessageInvoker _invoker =
        transport is null
            ? new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
            : new(transport, disposeHandler: false);

    /// <summary>Dispatches the workflow.</summary>
    /// <returns>The run's id, where GitHub says it.</returns>
    /// <exception cref="GitHubException">Refused; or, with <see cref="GitHubException.MayHaveHappened"/>, nobody knows.</exception>
    public async Task<long?> DispatchAsync(IReadOnlyDictionary<string, string> inputs, CancellationToken cancellationToken)
    {
        var path = $"actions/workflows/{settings.Workflow}/dispatches";
        var answer = await SendAsync(HttpMethod.Post, path, new DispatchRequest(settings.Ref, inputs, ReturnRunDetails: true), cancellationToken);
        if (answer.Status == HttpStatusCode.BadRequest && answer.Text.Contains("return_run_details", StringComparison.Ordinal))
        {
            // An older GitHub Enterprise Server does not know the field, and says so before it does anything.
            answer = await SendAsync(HttpMethod.Post, path, new DispatchRequest(settings.Ref, inputs, null), cancellationToken);
        }

        return answer.Status switch
        {
            HttpStatusCode.NoContent => null,
            HttpStatusCode.OK => Read(answer, GitHubJson.Default.DispatchAnswer).WorkflowRunId,
            _ => throw Refused(answer),
        };
    }

    /// <summary>Looks for the run of this title; null when there is none, or none yet.</summary>
    public async Task<WorkflowRun?> FindRunAsync(string title, DateTimeOffset notBefore, CancellationToken cancellationToken)
    {
        var since = Uri.EscapeDataString((notBefore - ClockSkew).UtcDateTime.ToString("'>='yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        for (var page = 1; ; page++)
        {
            var path = string.Create(
                CultureInfo.InvariantCulture, $"actions/workflows/{settings.Workflow}/runs?event=workflow_dispatch&created={since}&per_page=100&page={page}");
            var answer = await SendAsync(HttpMethod.Get, path, null, cancellationToken);
            var runs = answer.Status == HttpStatusCode.OK ? Read(answer, GitHubJson.Default.WorkflowRunPage).WorkflowRuns ?? [] : throw Refused(answer);
            if (runs.FirstOrDefault(run => run.DisplayTitle == title) is { } found)
            {
                return found;
            }

            if (runs.Count < 100)
            {
                return null;
            }
        }
    }

    /// <summary>How a run is; null when there is no such run.</summary>
    public async Task<WorkflowRun?> FindRunAsync(long id, CancellationToken cancellationToken)
    {
        var answer = await SendAsync(HttpMethod.Get, string.Create(CultureInfo.InvariantCulture, $"actions/runs/{id}"), null, cancellationToken);
        return answer.Status switch
        {
            HttpStatusCode.OK => Read(answer, GitHubJson.Default.WorkflowRun),
            HttpStatusCode.NotFound => null,
            _ => throw Refused(answer),
        };
    }

    /// <summary>Asks a run to end; one that ended already, or is gone, is as wanted.</summary>
    public async Task CancelRunAsync(long id, CancellationToken cancellationToken)
    {
        var answer = await SendAsync(HttpMethod.Post, string.Create(CultureInfo.InvariantCulture, $"actions/runs/{id}/cancel"), null, cancellationToken);
        if (answer.Status is not (HttpStatusCode.Accepted or HttpStatusCode.Conflict or HttpStatusCode.NotFound))
        {
            throw Refused(answer);
        }
    }

    public void Dispose() => _invoker.Dispose();

    private async Task<Answer> SendAsync(HttpMethod method, string path, DispatchRequest? body, CancellationToken cancellationToken)
    {
        var line = $"{method} {path.Split('?')[0]} at GitHub";
        using var request = new HttpRequestMessage(method, new Uri(settings.BaseUrl, $"repos/{settings.Repository}/{path}"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", settings.Token);
        request.Headers.TryAddWithoutValidation("User-Agent", "slipway/0.1");
        request.Headers.TryAddWithoutValidation("Accept", "application/vnd.github+json");
        request.Headers.TryAddWithoutValidation("X-GitHub-Api-Version", "2022-11-28");
        if (body is not null)
        {
            request.Content = new StringContent(JsonSerializer.Serialize(body, GitHubJson.Default.DispatchRequest), Encoding.UTF8, "application/json");
        }

        using var limit = new CancellationTokenSource(OperationsOptions.HttpTimeLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var response = await _invoker.SendAsync(request, either.Token);
            await response.Content.LoadIntoBufferAsync(LongestAnswer, either.Token);
            return new Answer(line, response.StatusCode, await response.Content.ReadAsStringAsync(either.Token), RetryAt(response));
        }
        catch (HttpRequestException e) when (e.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError)
        {
            throw new GitHubException($"{line} was not sent: GitHub cannot be reached ({e.HttpRequestError}).", null, mayHaveHappened: false, e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested))
        {
            throw new GitHubException($"{line} got no answer.", null, mayHaveHappened: true, e);
        }
    }

    private static T Read<T>(Answer answer, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(answer.Text, type) ?? throw new JsonException("null");
        }
        catch (JsonException e)
        {
            throw new GitHubException($"{answer.Line} was answered with {(int)answer.Status} and a body that cannot be read.", answer.Status, mayHaveHappened: true, e);
        }
    }

    private static GitHubException Refused(Answer answer)
    {
        var what = (int)answer.Status switch
        {
            _ when answer.RetryAt is not null => "too much was asked of it; it is asked again when it allows that",
            401 => "the token in GitHub:Token is wrong or expired; make a new one",
            403 => "the token in GitHub:Token may not do that; give it 'Actions: read and write' for the repository",
            404 => "there is no such repository or workflow for this token; look at GitHub:Repository and GitHub:Workflow",
            422 => "the workflow does not take it; put the shipped file in place on the branch of GitHub:Ref",
            >= 500 => "GitHub itself is in trouble",
            _ => "it was refused",
        };
        return new GitHubException(
            $"{answer.Line} was answered with {(int)answer.Status}{Message(answer)}: {what}.", answer.Status, mayHaveHappened: (int)answer.Status >= 500)
        {
            RetryAt = answer.RetryAt,
        };
    }

    private static string Message(Answer answer)
    {
        try
        {
            return JsonSerializer.Deserialize(answer.Text, GitHubJson.Default.GitHubRefusal)?.Message is { Length: > 0 } said
                ? $" ({string.Concat(said.Where(c => !char.IsControl(c)).Take(200))})"
                : "";
        }
        catch (JsonException)
        {
            return "";
        }
    }

    private DateTimeOffset? RetryAt(HttpResponseMessage response)
    {
        if (response.StatusCode is not (HttpStatusCode.TooManyRequests or HttpStatusCode.Forbidden))
        {
            return null;
        }

        var now = time.GetUtcNow();
        if (response.Headers.RetryAfter?.Delta is { } after)
        {
            return now + after;
        }

        var isSpent = Header("x-ratelimit-remaining") == "0";
        return isSpent && long.TryParse(Header("x-ratelimit-reset"), NumberStyles.None, CultureInfo.InvariantCulture, out var reset) && reset < 253_402_300_799
            ? DateTimeOffset.FromUnixTimeSeconds(reset)
            : isSpent || response.StatusCode == HttpStatusCode.TooManyRequests ? now.AddMinutes(1) : null;

        string? Header(string name) => response.Headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;
    }

    private sealed record Answer(string Line, HttpStatusCode Status, string Text, DateTimeOffset? RetryAt);
}
