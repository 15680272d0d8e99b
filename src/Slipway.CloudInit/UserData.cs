using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace Slipway.CloudInit;

/// <summary>How the text of <see cref="UserData"/> holds the document.</summary>
public enum UserDataEncoding
{
    /// <summary>The document itself, UTF-8.</summary>
    Plain,

    /// <summary>Base64 of the gzipped document: Hetzner stores text only, and cloud-init undoes both.</summary>
    GzipBase64,
}

/// <summary>What to send as a server's <c>user_data</c>. <see cref="object.ToString"/> does not show the text.</summary>
/// <param name="Text">The text to send.</param>
/// <param name="Encoding">Whether the text is the document or its compressed form.</param>
/// <param name="Size">The size of the text in bytes of UTF-8; at most <see cref="MaxSize"/>.</param>
/// <param name="Warning">Set when the size is over <see cref="WarnSize"/>: there is little room left.</param>
public sealed record UserData(string Text, UserDataEncoding Encoding, int Size, string? Warning)
{
    /// <summary>The most bytes Hetzner accepts: 32 KiB.</summary>
    public const int MaxSize = 32 * 1024;

    /// <summary>Above this many bytes <see cref="Warning"/> is set: 25 KB.</summary>
    public const int WarnSize = 25_000;

    internal static UserData From(string document, Func<string> whatToShrink)
    {
        var size = System.Text.Encoding.UTF8.GetByteCount(document);
        if (size <= MaxSize)
        {
            return new UserData(document, UserDataEncoding.Plain, size, WarningFor(size));
        }

        var compressed = Convert.ToBase64String(Gzip(document));
        if (compressed.Length <= MaxSize)
        {
            return new UserData(compressed, UserDataEncoding.GzipBase64, compressed.Length, WarningFor(compressed.Length));
        }

        throw new CloudInitException(string.Create(
            CultureInfo.InvariantCulture,
            $"The user data has {size} bytes, and {compressed.Length} bytes when compressed; a server takes at most {MaxSize}. {whatToShrink()}"));
    }

    private static string? WarningFor(int size) => size <= WarnSize
        ? null
        : string.Create(CultureInfo.InvariantCulture, $"The user data has {size} bytes of at most {MaxSize}: move large files out of it before it grows further.");

    private static byte[] Gzip(string document)
    {
        using var buffer = new MemoryStream();
        using (var gzip = new GZipStream(buffer, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            gzip.Write(System.Text.Encoding.UTF8.GetBytes(document));
        }

        // RFC 1952: bytes 4-7 are the time, 8 the effort, 9 the system. None of them may tell two runs or two platforms apart.
        var bytes = buffer.ToArray();
        bytes.AsSpan(4, 5).Clear();
        bytes[9] = 0xFF;
        return bytes;
    }

    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append(CultureInfo.InvariantCulture, $"Text = ***, Encoding = {Encoding}, Size = {Size}, Warning = {Warning}");
        return true;
    }
}
