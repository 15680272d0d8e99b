namespace Slipway.Client;

/// <summary>Something <see cref="OperationsClient.FollowAsync"/> saw: <see cref="OperationProgress"/> or <see cref="OperationFinished"/>.</summary>
public abstract record OperationEvent
{
    private protected OperationEvent()
    {
    }
}

/// <summary>The operation's timeline grew.</summary>
/// <param name="Entry">The new entry.</param>
public sealed record OperationProgress(TimelineEntry Entry) : OperationEvent;

/// <summary>The operation ended, one way or the other; nothing follows.</summary>
/// <param name="Operation">The operation as it ended; its <see cref="OperationResource.Status"/> says how.</param>
public sealed record OperationFinished(OperationResource Operation) : OperationEvent;
