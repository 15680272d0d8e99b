namespace Slipway.Simulations;

/// <summary>What can happen to an effect: a call that leaves the process, or a commit.</summary>
internal enum Trouble
{
    None,

    /// <summary>The process dies before the effect.</summary>
    DieBefore,

    /// <summary>The effect happens, then the process dies.</summary>
    DieAfter,

    /// <summary>The effect happens, and its answer never arrives.</summary>
    LoseAnswer,

    /// <summary>The request arrives twice, and the second answer counts; a commit is undone by the database and run again.</summary>
    Repeat,

    /// <summary>A read shows what was there before the last change.</summary>
    StaleRead,

    /// <summary>The effect happens, and the process hangs before it hears of it; it may come back.</summary>
    Hang,
}

/// <param name="Number">Counted from when the world began to watch.</param>
/// <param name="Name">For a call its method and path, for a commit what it wrote first.</param>
internal sealed record Effect(int Number, string Node, string Name, Call? Call)
{
    public required DateTimeOffset At { get; init; }

    public bool IsCommit => Call is null;

    /// <summary>It changes nothing outside.</summary>
    public bool IsRead => Call is { Method: "GET" };

    public override string ToString() => $"{Number} {Name}";
}

/// <summary>The answer that never comes.</summary>
internal static class Never
{
    public static Task<T> Of<T>() => new TaskCompletionSource<T>().Task;
}

/// <summary>The process that was asked died, as its broken connection tells.</summary>
internal sealed class NodeDiedException(string node) : Exception($"{node} died.");
