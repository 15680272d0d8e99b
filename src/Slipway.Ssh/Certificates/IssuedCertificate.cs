namespace Slipway.Ssh;

/// <summary>A certificate for one connection. Its private key lives in an agent only, until this is disposed or the certificate has expired.</summary>
internal sealed class IssuedCertificate(UserCertificate certificate, byte[] signed, SshAgent agent) : IAsyncDisposable
{
    public UserCertificate Certificate => certificate;

    /// <summary>The line of a <c>-cert.pub</c> file.</summary>
    public string Line => $"{UserCertificate.CertificateType} {Convert.ToBase64String(signed)} {certificate.KeyId}\n";

    public string AgentSocket => agent.SocketPath;

    public async ValueTask DisposeAsync()
    {
        try
        {
            await agent.RemoveAsync(signed, CancellationToken.None);
        }
        catch (SshException)
        {
            // The agent has ended or has already forgotten the key: either way it is gone, which is all this wants.
        }
    }
}
