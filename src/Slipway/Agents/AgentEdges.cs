using Slipway.Storage;

namespace Slipway.Agents;

/// <summary>What another room makes of an agent's coming to rest, written in the transaction that brings it there.</summary>
public interface IAgentProjection
{
    Task SettledAsync(Transaction transaction, Agent agent);
}
