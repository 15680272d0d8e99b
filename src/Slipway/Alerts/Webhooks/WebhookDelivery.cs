using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Slipway.Alerts.Webhooks;

/// <summary>Posts what is in the outbox, one after another, beside the engine. A receiver that is slow or away delays messages and nothing else.</summary>
public sealed partial class WebhookDelivery(WebhookOutbox outbox, AlertsOptions options, AlertsHttp http, TimeProvider time, ILogger<WebhookDelivery> log) : BackgroundService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(15);

    /// <summary>Sends all that is due, each once.</summary>
    internal async Task DeliverDueAsync(CancellationToken cancellationToken)
    {
        while (await outbox.ClaimAsync(cancellationToken) is { } message)
        {
            var error = await PostAsync(message, cancellationToken);
            if (error is null)
            {
                await outbox.DeliveredAsync(message);
            }
            else if (await outbox.FailedAsync(message, error))
            {
                Log.Failed(log, message.Id, message.Attempt, error, message.DueAt);
            }
            else
            {
                Log.GivenUp(log, message.Id, message.Attempt, error);
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (options.WebhookUrl is not null && !stoppingToken.IsCancellationRequested)
        {
            var written = outbox.NextAsync();
            try
            {
                await DeliverDueAsync(stoppingToken);
                await ((Task)written.WaitAsync(LookEvery, time, stoppingToken)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                Log.Broke(log, e, LookEvery);
                await Task.Delay(LookEvery, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException)
            {
                // The host stops; what was claimed has its next try scheduled.
            }
        }
    }

    /// <returns>Null when it was taken, else why not.</returns>
    private async Task<string?> PostAsync(OutboxMessage message, CancellationToken cancellationToken)
    {
        var timestamp = time.GetUtcNow().ToUnixTimeSeconds();
        using var request = new HttpRequestMessage(HttpMethod.Post, options.WebhookUrl)
        {
            Content = new StringContent(message.Body, Encoding.UTF8, new MediaTypeHeaderValue("application/json")),
        };
        request.Headers.Add("webhook-id", message.Id);
        request.Headers.Add("webhook-timestamp", timestamp.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("webhook-signature", WebhookSignature.Sign(WebhookSignature.ParseSecret(options.WebhookSecret!)!, message.Id, timestamp, message.Body));
        return await http.SendAsync(request, AnswerLimit, cancellationToken);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Webhook message {MessageId} was not taken at try {Attempt}: {Error} Next try: {Next}")]
        public static partial void Failed(ILogger logger, string messageId, long attempt, string error, DateTimeOffset? next);

        [LoggerMessage(2, LogLevel.Error, "Webhook message {MessageId} was given up after {Attempt} tries in a day: {Error} 'slipway alert list --all' shows every alert")]
        public static partial void GivenUp(ILogger logger, string messageId, long attempt, string error);

        [LoggerMessage(3, LogLevel.Error, "Reading the webhook outbox failed; next try in {Period}")]
        public static partial void Broke(ILogger logger, Exception exception, TimeSpan period);
    }
}
