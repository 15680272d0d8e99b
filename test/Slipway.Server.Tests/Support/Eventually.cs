namespace Slipway.Server.Tests.Support;

/// <summary>Looks again until it is so; a deadline turns what would hang into a failure that says what was last seen.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(90);

    /// <summary>A limit for what must come to an end by itself.</summary>
    public static CancellationTokenSource Limit() => new(Deadline, TimeProvider.System);

    public static async Task<T> BecomesAsync<T>(Func<Task<T>> look, Func<T, bool> so, string what, Action? between = null)
    {
        using var limit = Limit();
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(25), TimeProvider.System);
        while (true)
        {
            var seen = await look();
            if (so(seen))
            {
                return seen;
            }

            if (limit.IsCancellationRequested)
            {
                throw new TimeoutException($"Waited {Deadline.TotalSeconds} s in vain until {what}; last seen: {seen}");
            }

            between?.Invoke();
            await pause.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    public static Task SoAsync(Func<bool> so, string what) => BecomesAsync(() => Task.FromResult(so()), s => s, what);
}
