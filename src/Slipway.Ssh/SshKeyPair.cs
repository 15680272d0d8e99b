namespace Slipway.Ssh;

/// <summary>A new key pair of a certificate authority. Printing it shows the public half only.</summary>
/// <param name="PublicKey">One line, <c>ssh-ed25519 AAAA… comment</c>, as <c>TrustedUserCAKeys</c> wants it.</param>
/// <param name="PrivateKey">The private key in OpenSSH's own format, not encrypted: store it encrypted, never in a file.</param>
public sealed record SshKeyPair(string PublicKey, string PrivateKey)
{
    /// <summary>The public key; the private one stays out of logs.</summary>
    public override string ToString() => $"SshKeyPair {{ PublicKey = {PublicKey}, PrivateKey = *** }}";
}
