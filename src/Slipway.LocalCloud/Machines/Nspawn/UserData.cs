using System.IO.Compression;
using System.Text;

namespace Slipway.LocalCloud.Machines.Nspawn;

/// <summary>What cloud-init's Hetzner data source makes of user_data: plain text, base64 of text, or base64 of gzip.</summary>
internal static class UserData
{
    public static byte[] Decode(string userData)
    {
        var bytes = FromBase64(userData) ?? Encoding.UTF8.GetBytes(userData);
        if (bytes is not [0x1f, 0x8b, ..])
        {
            return bytes;
        }

        try
        {
            using var plain = new MemoryStream();
            using var gzip = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
            gzip.CopyTo(plain);
            return plain.ToArray();
        }
        catch (InvalidDataException)
        {
            // Not gzip after all, or a broken one: cloud-init says so better than we could.
            return bytes;
        }
    }

    // Strict as Python's b64decode(validate=True): a line break means the text was not base64.
    private static byte[]? FromBase64(string text)
    {
        var buffer = new byte[text.Length];
        return text.Length > 0 && !text.Any(char.IsWhiteSpace) && Convert.TryFromBase64String(text, buffer, out var length)
            ? buffer[..length]
            : null;
    }
}
