namespace Slipway.Ssh;

/// <summary>A certificate for a shell on one machine, for a key that its holder has.</summary>
/// <param name="Line">The line of a <c>-cert.pub</c> file; it is no secret.</param>
/// <param name="KeyId">What the machine's sshd writes to its log.</param>
/// <param name="ValidBefore">When it ends (UTC).</param>
public sealed record ShellCertificate(string Line, string KeyId, DateTimeOffset ValidBefore);
