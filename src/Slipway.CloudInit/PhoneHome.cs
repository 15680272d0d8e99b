using System.Globalization;
using System.Text;

namespace Slipway.CloudInit;

/// <summary>
/// cloud-config's <c>phone_home</c>: a form POST near the end of the final stage. It is sent even when <c>runcmd</c> failed, so it
/// tells who the machine is, not that it works (that is what <see cref="BootScript"/> reports).
/// </summary>
/// <remarks>
/// No header can be added, so a token belongs in the path; cloud-init logs the address, so the token must be single-use. An answer of 503 is
/// retried for ever, whatever <see cref="Tries"/> says. <see cref="object.ToString"/> shows the host only.
/// </remarks>
public sealed record PhoneHome
{
    /// <summary>Where to POST: an absolute http or https address.</summary>
    public required Uri Url { get; init; }

    /// <summary>
    /// What to send: <c>pub_key_rsa</c>, <c>pub_key_ecdsa</c>, <c>pub_key_ed25519</c>, <c>instance_id</c>, <c>hostname</c>, <c>fqdn</c>.
    /// A key that the machine does not have arrives as <c>N/A</c>.
    /// </summary>
    public IReadOnlyList<string> Post { get; init; } = ["pub_key_ed25519", "instance_id", "hostname"];

    /// <summary>How many times to try, three seconds apart.</summary>
    public int Tries { get; init; } = 10;

    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append(CultureInfo.InvariantCulture, $"Url = {Secrets.HostOf(Url)}, Post = {string.Join(' ', Post)}, Tries = {Tries}");
        return true;
    }
}
