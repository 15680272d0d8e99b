namespace Slipway.LocalCloud.Machines;

/// <summary>The machine cannot be asked now: it is off, or not up yet.</summary>
public sealed class MachineUnavailableException(string message) : Exception(message);

/// <summary>There is no machine for this server.</summary>
public sealed class MachineNotFoundException(long serverId) : Exception($"there is no machine for server {serverId}");
