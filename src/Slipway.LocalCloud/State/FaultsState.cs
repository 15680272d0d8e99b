using Slipway.LocalCloud.FaultInjection;

namespace Slipway.LocalCloud.State;

internal sealed record FaultsState(int LastId, IReadOnlyList<FaultState> All);

/// <param name="Id">What it is taken back by.</param>
/// <param name="Kind">Its name in the catalogue.</param>
/// <param name="Told">What it was told.</param>
/// <param name="Hits">How often it struck.</param>
/// <param name="Occasions">How often it could have; the dice were thrown as often.</param>
/// <param name="Holds">Actions it keeps from going on.</param>
/// <param name="LockedUntil">Servers it keeps locked.</param>
/// <param name="Stale">Answers it remembers, by URL.</param>
internal sealed record FaultState(
    string Id, string Kind, IReadOnlyDictionary<string, string> Told, int Hits, int Occasions, IReadOnlyList<long> Holds,
    IReadOnlyDictionary<string, DateTimeOffset> LockedUntil, IReadOnlyDictionary<string, RecordedAnswer> Stale);
