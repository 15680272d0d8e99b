using System.Globalization;

namespace Slipway.Ssh;

/// <summary>The command line of <c>ssh</c>. Everything is stated: no configuration file is read, and no default may change a rule.</summary>
internal static class SshArguments
{
    public static IEnumerable<string> For(
        SshTarget target, HostKeyPolicy policy, SshOptions options, WorkDirectory files, string agentSocket)
    {
        string[] settings =
        [
            "BatchMode=yes",
            // Who the machine is.
            $"StrictHostKeyChecking={policy.StrictHostKeyChecking}",
            $"HostKeyAlias={target.HostKeyAlias}",
            $"HostKeyAlgorithms={policy.Algorithms}",
            $"UserKnownHostsFile={files.File("known_hosts")}",
            "GlobalKnownHostsFile=/dev/null",
            "HashKnownHosts=no",
            "CheckHostIP=no",
            "UpdateHostKeys=no",
            "VerifyHostKeyDNS=no",
            // Who we are: this certificate and nothing else.
            "PreferredAuthentications=publickey",
            $"PubkeyAcceptedAlgorithms={UserCertificate.CertificateType}",
            "IdentitiesOnly=yes",
            $"IdentityAgent={agentSocket}",
            $"IdentityFile={files.File("user-cert.pub")}",
            // One command, no side doors.
            "RequestTTY=no",
            "ClearAllForwardings=yes",
            "ForwardAgent=no",
            "ForwardX11=no",
            "Tunnel=no",
            "PermitLocalCommand=no",
            "ControlMaster=no",
            "ControlPath=none",
            "EscapeChar=none",
            // When to give up.
            $"ConnectTimeout={Seconds(options.ConnectTimeout)}",
            "ConnectionAttempts=1",
            $"ServerAliveInterval={Seconds(options.ServerAliveInterval)}",
            $"ServerAliveCountMax={options.ServerAliveCountMax.ToString(CultureInfo.InvariantCulture)}",
            "TCPKeepAlive=yes",
            // INFO is the least at which a dead server is reported ("Timeout, server … not responding").
            "LogLevel=INFO",
        ];
        return
        [
            "-F", "none", "-E", files.File("log"), .. settings.SelectMany(s => (string[])["-o", s]),
            "-p", target.Port.ToString(CultureInfo.InvariantCulture), "-l", target.User, "--", target.Host,
        ];
    }

    private static string Seconds(TimeSpan time) => Math.Max(1, (long)Math.Ceiling(time.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
}
