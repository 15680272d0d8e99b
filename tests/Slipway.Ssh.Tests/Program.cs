using Slipway.Ssh;

// "hold <work directory>": opens an authority, prints its agents and waits to be killed.
if (args is ["hold", var workDirectory])
{
    var options = new SshOptions { WorkDirectory = workDirectory };
    var key = await SshCertificateAuthority.GenerateKeyAsync(options);
    await using var authority = await SshCertificateAuthority.OpenAsync(key.PrivateKey, options);
    Console.WriteLine(string.Join(' ', authority.AgentProcessIds));
    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System);
}
