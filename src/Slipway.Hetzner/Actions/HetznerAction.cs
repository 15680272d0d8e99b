namespace Slipway.Hetzner;

/// <summary>Work Hetzner does after answering: create, power off, delete… It outlives the resource it works on.</summary>
public sealed record HetznerAction
{
    /// <summary>The action's id; already far beyond 32 bits.</summary>
    public long Id { get; init; }

    /// <summary>What is done, such as <c>create_server</c>.</summary>
    public string Command { get => field ?? ""; init; }

    /// <summary><c>running</c>, <c>success</c> or <c>error</c>; an open set.</summary>
    public string Status { get => field ?? ""; init; }

    /// <summary>0 to 100. Often 0 for long, then 100.</summary>
    public int Progress { get; init; }

    /// <summary>When it was started.</summary>
    public DateTimeOffset Started { get; init; }

    /// <summary>When it ended; <see langword="null"/> while it runs.</summary>
    public DateTimeOffset? Finished { get; init; }

    /// <summary>What it works on.</summary>
    public IReadOnlyList<HetznerActionResource> Resources { get => field ?? []; init; }

    /// <summary>Why it failed; meaningful only when <see cref="Status"/> is <c>error</c>.</summary>
    public HetznerActionError? Error { get; init; }

    /// <summary>Whether it ended, well or not.</summary>
    public bool IsFinished => Status is "success" or "error";

    /// <summary>Whether it ended well.</summary>
    public bool Succeeded => Status is "success";
}

/// <summary>Something an action works on.</summary>
/// <param name="Id">The resource's id.</param>
/// <param name="Type">Its kind, such as <c>server</c>.</param>
public sealed record HetznerActionResource(long Id, string Type);

/// <summary>Why an action failed.</summary>
/// <param name="Code">Such as <c>unknown_error</c>; an open set.</param>
/// <param name="Message">Hetzner's words, such as <c>server is locked</c>.</param>
public sealed record HetznerActionError(string? Code, string? Message);

internal sealed record ActionAnswer(HetznerAction? Action);

internal sealed record ActionList(IReadOnlyList<HetznerAction>? Actions) : Http.Page<HetznerAction>
{
    public override IReadOnlyList<HetznerAction> Items => Actions ?? [];
}
