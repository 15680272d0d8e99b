using System.Text.RegularExpressions;

namespace Slipway.Ssh;

/// <summary>One machine to connect to: where it is, and who it must prove to be.</summary>
public sealed partial record SshTarget
{
    /// <summary>A host name, an IPv4 or an IPv6 address.</summary>
    public required string Host { get; init; }

    /// <summary>The TCP port. <value>22.</value></summary>
    public int Port { get; init; } = 22;

    /// <summary>The account on the machine.</summary>
    public required string User { get; init; }

    /// <summary>
    /// The machine's lasting name, e.g. <c>agt-abc</c>: the name its host key is pinned under whatever its address is, and the only
    /// principal of the certificate, so sshd must list it (<c>AuthorizedPrincipalsFile</c>). Letters, digits, dot, dash, underscore; at most 64.
    /// </summary>
    public required string HostKeyAlias { get; init; }

    /// <summary>Throws when a part could be taken for an option, a pattern or several words.</summary>
    internal void ThrowIfInvalid()
    {
        Require(Uri.CheckHostName(Host) != UriHostNameType.Unknown, nameof(Host), Host, "give a host name or an IP address");
        Require(Port is > 0 and <= 65535, nameof(Port), Port.ToString(), "give a port from 1 to 65535");
        Require(UserName().IsMatch(User), nameof(User), User, "give a Linux account name");
        Require(Alias().IsMatch(HostKeyAlias), nameof(HostKeyAlias), HostKeyAlias, "use letters, digits, dots, dashes and underscores, at most 64");
    }

    private static void Require(bool holds, string part, string value, string advice)
    {
        if (!holds)
        {
            throw new ArgumentException($"The SSH target's {part} '{value}' is not usable: {advice}.", part);
        }
    }

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_.-]{0,31}\z", RegexOptions.None, 1000)]
    private static partial Regex UserName();

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}\z", RegexOptions.None, 1000)]
    private static partial Regex Alias();
}
