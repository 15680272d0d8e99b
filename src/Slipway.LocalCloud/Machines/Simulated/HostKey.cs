using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Slipway.LocalCloud.Machines.Simulated;

/// <summary>A well-formed ed25519 public key nobody has the private half of: a simulated machine has no sshd.</summary>
internal sealed record HostKey(string Base64)
{
    public const string Type = "ssh-ed25519";

    /// <summary>As <c>host_key=</c> tells it.</summary>
    public string Line => $"{Type} {Base64}";

    public static HostKey Create()
    {
        var type = Encoding.ASCII.GetBytes(Type);
        var blob = new byte[4 + type.Length + 4 + 32];
        BinaryPrimitives.WriteInt32BigEndian(blob, type.Length);
        type.CopyTo(blob, 4);
        BinaryPrimitives.WriteInt32BigEndian(blob.AsSpan(4 + type.Length), 32);
        RandomNumberGenerator.Fill(blob.AsSpan(4 + type.Length + 4));
        return new HostKey(Convert.ToBase64String(blob));
    }
}
