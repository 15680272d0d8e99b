namespace Slipway.Ssh;

/// <summary>What a remote command left behind. A command that failed is a result too; only a connection that failed is an exception.</summary>
/// <param name="ExitCode">The command's own exit status, 0 to 255, as the remote shell saw it (128 + n after signal n). 255 is the command's, never ssh's.</param>
/// <param name="Stdout">Standard output as UTF-8, shortened in the middle with a note beyond <see cref="SshOptions.OutputLimit"/>.</param>
/// <param name="Stderr">The command's standard error, likewise; nothing of ssh's own.</param>
public sealed record SshResult(int ExitCode, string Stdout, string Stderr);
