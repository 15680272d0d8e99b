namespace Slipway.LocalCloud.Machines;

/// <summary>The machine cannot be asked now: it is off, or not up yet.</summary>
public sealed class MachineUnavailableException(string message) : Exception(message);

/// <summary>The connection to the machine died while a script ran there.</summary>
public sealed class MachineConnectionLostException() : Exception("the connection to the machine died");

/// <summary>There is no machine for this server.</summary>
public sealed class MachineNotFoundException(long serverId) : Exception($"there is no machine for server {serverId}");
