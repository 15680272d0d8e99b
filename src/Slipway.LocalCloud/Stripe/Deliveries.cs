using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Slipway.LocalCloud.Clock;
using Slipway.LocalCloud.FaultInjection;
using Slipway.LocalCloud.State;

namespace Slipway.LocalCloud.Stripe;

internal sealed record Delivery(string EventId, string Type, string Url, string State, IReadOnlyList<DeliveryAttempt> Attempts)
{
    /// <summary>What it is signed with; not for the side channel to tell.</summary>
    internal string? Secret { get; init; }
}

internal sealed record DeliveryAttempt(DateTimeOffset At, int? Status, string? Error);

/// <summary>Sends signed webhooks; an endpoint that fails is tried again, each time with a new signature over the same bytes.</summary>
internal sealed class Deliveries(Faults faults, TimeProvider time, StateChanges changes) : IDisposable
{
    /// <summary>How long to wait before each further attempt: much sooner than Stripe's three days, in the same shape.</summary>
    public IReadOnlyList<TimeSpan> Waits { get; set; } =
        [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(8), TimeSpan.FromSeconds(16)];

    private readonly Lock _gate = new();
    private readonly List<Delivery> _all = [];
    private readonly List<TaskCompletionSource> _overtaken = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = TimeSpan.FromSeconds(30) };

    public IReadOnlyList<Delivery> All
    {
        get
        {
            lock (_gate)
            {
                return _all.ToList();
            }
        }
    }

    public void Begin(StripeEvent happened, Uri url, string secret)
    {
        var body = BodyOf(happened);
        if (faults.Take("webhook_lost", Meant) is not null)
        {
            Keep("lost");
            return;
        }

        var copies = faults.Take("webhook_doubled", Meant) is null ? 1 : 2;
        var late = faults.Take("webhook_reordered", Meant);
        for (var copy = 0; copy < copies; copy++)
        {
            var delivery = Keep("pending");
            var overtaken = late is null ? Task.CompletedTask : AwaitNextAsync(late.Number("seconds"));
            // Opened before the work is handed over: an advance of the clock must not overtake it.
            var exchange = late is null ? (time as CloudClock)?.Exchange() : null;
            _ = Task.Run(() => DeliverAsync(delivery, url, secret, body, overtaken, exchange));
        }

        bool Meant(Fault fault) => fault.Means("event", happened.Type);

        Delivery Keep(string state)
        {
            var delivery = new Delivery(happened.Id, happened.Type, url.ToString(), state, []) { Secret = secret };
            lock (_gate)
            {
                _all.Add(delivery);
            }

            return delivery;
        }
    }

    public IReadOnlyList<DeliveryState> Keep()
    {
        lock (_gate)
        {
            return _all.ConvertAll(d => new DeliveryState(d, d.State == "pending" ? d.Secret : null));
        }
    }

    public void Restore(IReadOnlyList<DeliveryState> deliveries)
    {
        lock (_gate)
        {
            _all.AddRange(deliveries.Select(d => d.Delivery with { Secret = d.Secret }));
        }
    }

    /// <summary>After a restart: goes on with every delivery where it was; one that was to be overtaken waits no more.</summary>
    public void Resume(Func<string, StripeEvent?> find)
    {
        foreach (var delivery in All.Where(d => d.State == "pending"))
        {
            if (find(delivery.EventId) is { } happened)
            {
                _ = Task.Run(() => DeliverAsync(delivery, new Uri(delivery.Url), delivery.Secret!, BodyOf(happened), AwaitTurnAsync(delivery), exchange: null));
            }
        }
    }

    public void Clear()
    {
        lock (_gate)
        {
            _all.Clear();
        }
    }

    public void Dispose()
    {
        _stopping.Cancel();
        _http.Dispose();
        _stopping.Dispose();
    }

    private async Task DeliverAsync(Delivery delivery, Uri url, string secret, byte[] body, Task overtaken, IDisposable? exchange)
    {
        try
        {
            var stop = _stopping.Token;
            var late = !overtaken.IsCompleted;
            await overtaken;
            for (var attempt = delivery.Attempts.Count; ; attempt++)
            {
                var made = await TryAsync(url, secret, body, stop);
                exchange?.Dispose();
                var delivered = made.Status is >= 200 and < 300;
                var last = delivered || attempt >= Waits.Count;
                delivery = Replace(delivery, delivery with
                {
                    State = delivered ? "delivered" : last ? "failed" : "pending",
                    Attempts = [.. delivery.Attempts, made],
                });
                if (!late)
                {
                    LetOvertakenGo();
                }

                if (last)
                {
                    return;
                }

                await Task.Delay(Waits[attempt], time, stop);
            }
        }
        catch (Exception ending) when (ending is OperationCanceledException or ObjectDisposedException)
        {
            // The cloud is stopping; nobody is left to tell.
        }
        finally
        {
            exchange?.Dispose();
        }
    }

    private static byte[] BodyOf(StripeEvent happened) => JsonSerializer.SerializeToUtf8Bytes(happened, StripeJson.Wire.StripeEvent);

    private Task AwaitTurnAsync(Delivery delivery)
    {
        var due = delivery.Attempts is [.., var last] && Waits.Count > 0 ? last.At + Waits[Math.Min(delivery.Attempts.Count, Waits.Count) - 1] : time.GetUtcNow();
        var wait = due - time.GetUtcNow();
        return wait > TimeSpan.Zero ? Task.Delay(wait, time, _stopping.Token) : Task.CompletedTask;
    }

    private async Task AwaitNextAsync(int seconds)
    {
        var next = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            _overtaken.Add(next);
        }

        try
        {
            await next.Task.WaitAsync(TimeSpan.FromSeconds(seconds), time, _stopping.Token);
        }
        catch (TimeoutException)
        {
            // There was no next one.
        }
    }

    private void LetOvertakenGo()
    {
        lock (_gate)
        {
            _overtaken.ForEach(o => o.TrySetResult());
            _overtaken.Clear();
        }
    }

    private async Task<DeliveryAttempt> TryAsync(Uri url, string secret, byte[] body, CancellationToken stop)
    {
        using var exchange = (time as CloudClock)?.Exchange();
        var now = time.GetUtcNow();
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) };
            request.Content.Headers.ContentType = new("application/json") { CharSet = "utf-8" };
            request.Headers.Add("Stripe-Signature", Sign(secret, now.ToUnixTimeSeconds(), body));
            request.Headers.UserAgent.ParseAdd("Stripe/1.0");
            using var answer = await _http.SendAsync(request, stop);
            return new DeliveryAttempt(now, (int)answer.StatusCode, Error: null);
        }
        catch (Exception failed) when (failed is HttpRequestException || (failed is TaskCanceledException && !stop.IsCancellationRequested))
        {
            return new DeliveryAttempt(now, Status: null, failed.Message);
        }
    }

    /// <summary>The key is the whole secret as text, prefix included; the message is time, dot, raw body.</summary>
    public static string Sign(string secret, long unixTime, ReadOnlySpan<byte> body)
    {
        var t = unixTime.ToString(CultureInfo.InvariantCulture);
        byte[] message = [.. Encoding.UTF8.GetBytes(t + "."), .. body];
        return $"t={t},v1={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), message))}";
    }

    private Delivery Replace(Delivery old, Delivery changed)
    {
        lock (_gate)
        {
            var index = _all.FindIndex(d => ReferenceEquals(d, old));
            if (index >= 0)
            {
                _all[index] = changed;
                changes.Mark();
            }

            return changed;
        }
    }
}
