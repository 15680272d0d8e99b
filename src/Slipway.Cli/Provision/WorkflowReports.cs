using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Slipway.Client;

namespace Slipway.Cli.Provision;

/// <summary>Tells the server how the job goes: each report signed, and said again under a new name when nobody can know whether it was heard.</summary>
internal sealed class WorkflowReports(HttpClient http, ProvisionSettings settings, string job, TimeProvider time)
{
    private const int Attempts = 6;
    private const int LongestAnswer = 256 * 1024;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    public Task<WorkflowJobResource> ClaimAsync(CancellationToken cancellationToken) =>
        AskAsync(New("claim"), WorkflowJson.Default.WorkflowJobResource, cancellationToken);

    public Task<WorkflowServer> KeyedAsync(string? keyId, string? key, CancellationToken cancellationToken) =>
        AskAsync(New("keyed") with { AuthKeyId = keyId, AuthKey = key }, WorkflowJson.Default.WorkflowServer, cancellationToken);

    public Task CreatedAsync(long server, CancellationToken cancellationToken) => SendAsync(New("created") with { ServerId = server }, cancellationToken);

    public Task RunningAsync(long server, string? ip, string? tailscaleIp, CancellationToken cancellationToken) =>
        SendAsync(New("running") with { ServerId = server, ServerIp = ip, TailscaleIp = tailscaleIp }, cancellationToken);

    /// <summary>Says that it failed, once: if that is lost, the server sees the run's end.</summary>
    public async Task FailAsync(string step, string error)
    {
        try
        {
            using var limit = new CancellationTokenSource(Limit, time);
            await PostAsync(New("failed") with { FailedStep = step, Error = error.Length > 1000 ? error[..1000] : error }, limit.Token);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            // The run fails all the same.
        }
    }

    private async Task<T> AskAsync<T>(WorkflowReport report, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        JsonSerializer.Deserialize(await SendAsync(report, cancellationToken), type) ?? throw new InvalidOperationException($"The server answered '{report.Status}' with nothing.");

    private async Task<string> SendAsync(WorkflowReport report, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            using var limit = new CancellationTokenSource(Limit, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            string? trouble = null;
            try
            {
                var (status, text) = await PostAsync(report with { Delivery = NewDelivery(), SentAt = Now() }, either.Token);
                if (status is >= 200 and < 300)
                {
                    return text;
                }

                trouble = $"The server answered '{report.Status}' with {status}.";
                if (status is not (429 or >= 500))
                {
                    throw new InvalidOperationException($"{trouble} {Detail(text)}");
                }
            }
            catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                trouble = $"The server could not be told '{report.Status}': {e.Message}";
            }

            if (attempt == Attempts)
            {
                throw new InvalidOperationException(trouble);
            }

            await Task.Delay(TimeSpan.FromSeconds(attempt), time, cancellationToken);
        }
    }

    private async Task<(int Status, string Text)> PostAsync(WorkflowReport report, CancellationToken cancellationToken)
    {
        var token = await TryIdTokenAsync(cancellationToken);
        var body = JsonSerializer.SerializeToUtf8Bytes(report with { IdToken = token }, WorkflowJson.Default.WorkflowReport);
        using var request = new HttpRequestMessage(HttpMethod.Post, settings.CallbackUrl) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add("X-Hub-Signature-256", "sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(settings.CallbackSecret), body)));
        using var response = await http.SendAsync(request, cancellationToken);
        await response.Content.LoadIntoBufferAsync(LongestAnswer, cancellationToken);
        if (response.StatusCode == HttpStatusCode.Unauthorized && token is null && settings.IdTokens is not null)
        {
            throw new HttpRequestException("GitHub gave no token of this run, and without one the server takes nothing.");
        }

        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(cancellationToken));
    }

    /// <summary>What GitHub says of this run, for the server and this job alone; a new one for each report, because it lives for minutes.</summary>
    /// <returns>Null without the right to one, or when GitHub gives none just now: a server that wants none is told all the same.</returns>
    private async Task<string?> TryIdTokenAsync(CancellationToken cancellationToken)
    {
        if (settings.IdTokens is not { } tokens)
        {
            return null;
        }

        var audience = Uri.EscapeDataString($"{settings.CallbackUrl}#{job}");
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"{tokens.Url}{(tokens.Url.Query.Length == 0 ? '?' : '&')}audience={audience}"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", tokens.Token);
        try
        {
            using var response = await http.SendAsync(request, cancellationToken);
            await response.Content.LoadIntoBufferAsync(LongestAnswer, cancellationToken);
            return response.IsSuccessStatusCode
                ? JsonSerializer.Deserialize(await response.Content.ReadAsStringAsync(cancellationToken), IdTokenJson.Default.IdTokenAnswer)?.Value
                : null;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or JsonException)
        {
            return null;
        }
    }

    private static string Detail(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, SlipwayJson.Default.ProblemResource)?.Detail ?? "";
        }
        catch (JsonException)
        {
            return "";
        }
    }

    private WorkflowReport New(string status) => new() { Status = status, JobId = job, RunId = settings.RunId, Delivery = NewDelivery(), SentAt = Now() };

    private static string NewDelivery() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    private long Now() => time.GetUtcNow().ToUnixTimeSeconds();
}

/// <summary>What GitHub answers a run that asks for its token.</summary>
internal sealed record IdTokenAnswer(string? Value);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(IdTokenAnswer))]
internal sealed partial class IdTokenJson : JsonSerializerContext;
