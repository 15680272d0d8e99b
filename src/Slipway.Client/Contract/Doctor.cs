namespace Slipway.Client;

/// <summary>Answer of <c>GET /v1/doctor</c>: what the server checked about its own surroundings.</summary>
public sealed record DoctorReport(IReadOnlyList<DoctorCheck> Checks);

/// <summary>One check: whether it holds, what was seen, and what to do when it does not.</summary>
public sealed record DoctorCheck(string Name, bool Ok, string Detail, string? Fix);
