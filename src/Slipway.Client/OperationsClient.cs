using System.Net;
using System.Runtime.CompilerServices;

namespace Slipway.Client;

/// <summary>Operations: <c>/v1/operations</c>.</summary>
public sealed class OperationsClient
{
    private const int MaxAttempts = 8;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);

    private readonly SlipwayConnection _connection;
    private readonly TimeProvider _time;

    internal OperationsClient(SlipwayConnection connection, TimeProvider time) => (_connection, _time) = (connection, time);

    /// <summary>Operations, newest first, without their timelines.</summary>
    /// <param name="agent">Only those of this agent; null for all.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    public async Task<IReadOnlyList<OperationResource>> ListAsync(string? agent = null, CancellationToken cancellationToken = default)
    {
        var path = agent is null ? "v1/operations" : $"v1/operations?agent={SlipwayConnection.Segment(agent)}";
        return (await _connection.GetAsync(path, SlipwayJson.Default.OperationList, cancellationToken)).Operations;
    }

    /// <summary>One operation with its timeline; 404 <c>operation_not_found</c> when there is none.</summary>
    /// <param name="id">The operation's id, e.g. <c>op-…</c>.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    public Task<OperationResource> GetAsync(string id, CancellationToken cancellationToken = default) =>
        _connection.GetAsync($"v1/operations/{SlipwayConnection.Segment(id)}", SlipwayJson.Default.OperationResource, cancellationToken);

    /// <summary>Why an operation is where it is, and what comes next; 404 <c>operation_not_found</c> when there is none.</summary>
    /// <param name="id">The operation's id, e.g. <c>op-…</c>.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    public Task<OperationExplanation> ExplainAsync(string id, CancellationToken cancellationToken = default) =>
        _connection.GetAsync($"v1/operations/{SlipwayConnection.Segment(id)}/explain", SlipwayJson.Default.OperationExplanation, cancellationToken);

    /// <summary>
    /// What happens in an operation, as it happens, each entry once and in order; the last event is <see cref="OperationFinished"/>.
    /// A dropped or silent connection is resumed after the last entry seen, with growing pauses; after eight failures in a row
    /// it throws a <see cref="SlipwayException"/> with <see cref="SlipwayException.StreamLostCode"/>. Stopping to read changes nothing
    /// about the operation.
    /// </summary>
    /// <param name="id">The operation's id.</param>
    /// <param name="afterSequence">Only entries after this <see cref="TimelineEntry.Sequence"/>; 0 for all.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    public async IAsyncEnumerable<OperationEvent> FollowAsync(
        string id, long afterSequence = 0, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var path = $"v1/operations/{SlipwayConnection.Segment(id)}/events";
        var last = afterSequence;
        for (var failures = 1; ; failures++)
        {
            Exception? cause = null;
            var connectedAt = _time.GetTimestamp();
            await using var events = OperationEventStream.ReadAsync(_connection, path, last, _time, cancellationToken).GetAsyncEnumerator(cancellationToken);
            while (true)
            {
                try
                {
                    if (!await events.MoveNextAsync())
                    {
                        break;
                    }
                }
                catch (Exception e) when (IsDrop(e) && !cancellationToken.IsCancellationRequested)
                {
                    cause = e;
                    break;
                }

                if (events.Current is OperationProgress progress)
                {
                    if (progress.Entry.Sequence <= last)
                    {
                        continue;
                    }

                    (last, failures) = (progress.Entry.Sequence, 0);
                }

                yield return events.Current;
                if (events.Current is OperationFinished)
                {
                    yield break;
                }
            }

            // A connection that lived is no failure: a proxy may end one that had nothing to tell for a while.
            failures = _time.GetElapsedTime(connectedAt) > LongestPause ? 0 : failures;
            if (failures >= MaxAttempts)
            {
                throw SlipwayException.StreamLost(id, failures, cause);
            }

            await Task.Delay(Pause(failures), _time, cancellationToken);
        }
    }

    private static TimeSpan Pause(int failures)
    {
        var pause = FirstPause * Math.Pow(2, Math.Max(failures - 1, 0));
        return pause < LongestPause ? pause : LongestPause;
    }

    private static bool IsDrop(Exception e) => e switch
    {
        SlipwayException { Code: SlipwayException.NotSlipwayCode } => false,
        SlipwayException { Status: { } status } =>
            status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError,
        SlipwayException or IOException or HttpRequestException or OperationCanceledException => true,
        _ => false,
    };
}
