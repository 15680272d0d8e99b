using System.Collections.Concurrent;
using Slipway.LocalCloud.FaultInjection;
using Slipway.LocalCloud.State;

namespace Slipway.LocalCloud.Stripe;

/// <summary>The first answer to an Idempotency-Key is the answer to all that follow, for a day.</summary>
internal sealed class Idempotency(RequestDelegate next, IdempotencyKeys keys, TimeProvider time)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    public async Task InvokeAsync(HttpContext context)
    {
        if (!HttpMethods.IsPost(context.Request.Method) || !context.Request.Path.StartsWithSegments("/stripe/v1")
            || context.Request.Headers["Idempotency-Key"] is not [{ Length: > 0 } key, ..])
        {
            await next(context);
            return;
        }

        var request = $"{context.Request.Path} {(await StripeForm.ReadAsync(context)).Fingerprint()}";
        var known = keys.All.GetOrAdd(key, _ => new IdempotentRequest(request, time.GetUtcNow()));
        if (known.At + Lifetime <= time.GetUtcNow())
        {
            keys.All[key] = known = new IdempotentRequest(request, time.GetUtcNow());
        }

        if (known.Request != request)
        {
            throw new StripeFault(
                400, "Keys for idempotent requests can only be used with the same parameters they were first used with. "
                + $"Try using a key other than '{key}' if you meant to execute a different request.", type: "idempotency_error");
        }

        await known.Turn.WaitAsync(context.RequestAborted);
        try
        {
            if (known.Answer is null)
            {
                var answer = await RecordedAnswer.OfAsync(context, next);
                // What was refused before anything happened may be tried again under the same key.
                known.Answer = answer.Status < 300 ? answer : null;
                await answer.ReplayAsync(context);
            }
            else
            {
                context.Response.Headers["Idempotent-Replayed"] = "true";
                await known.Answer.ReplayAsync(context);
            }
        }
        finally
        {
            known.Turn.Release();
        }
    }
}

internal sealed class IdempotencyKeys
{
    public ConcurrentDictionary<string, IdempotentRequest> All { get; } = new(StringComparer.Ordinal);

    /// <summary>Those with an answer: what was refused may be tried again anyway.</summary>
    public IReadOnlyDictionary<string, IdempotencyState> Keep() => new SortedDictionary<string, IdempotencyState>(
        All.Where(k => k.Value.Answer is not null).ToDictionary(k => k.Key, k => new IdempotencyState(k.Value.Request, k.Value.At, k.Value.Answer!)),
        StringComparer.Ordinal);

    public void Restore(IReadOnlyDictionary<string, IdempotencyState> keys)
    {
        foreach (var (key, state) in keys)
        {
            All[key] = new IdempotentRequest(state.Request, state.At) { Answer = state.Answer };
        }
    }
}

internal sealed class IdempotentRequest(string request, DateTimeOffset at)
{
    public string Request => request;

    public DateTimeOffset At => at;

    /// <summary>Two at once: the second waits for the first one's answer.</summary>
    public SemaphoreSlim Turn { get; } = new(1, 1);

    public RecordedAnswer? Answer { get; set; }
}
