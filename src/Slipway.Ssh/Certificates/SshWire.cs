using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Slipway.Ssh;

/// <summary>Writes SSH's data types (RFC 4251, section 5).</summary>
internal sealed class SshWriter
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    public SshWriter Byte(byte value)
    {
        _bytes.Write([value]);
        return this;
    }

    public SshWriter UInt32(uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        _bytes.Write(bytes);
        return this;
    }

    public SshWriter UInt64(ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        _bytes.Write(bytes);
        return this;
    }

    public SshWriter String(ReadOnlySpan<byte> value)
    {
        UInt32((uint)value.Length);
        _bytes.Write(value);
        return this;
    }

    public SshWriter String(string value) => String(Encoding.UTF8.GetBytes(value));

    public byte[] ToArray() => _bytes.WrittenSpan.ToArray();
}

/// <summary>Reads SSH's data types; text that ends too early is a <see cref="FormatException"/>.</summary>
internal ref struct SshReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _left = bytes;

    public uint UInt32() => BinaryPrimitives.ReadUInt32BigEndian(Take(4));

    public ReadOnlySpan<byte> String()
    {
        var length = UInt32();
        return length <= _left.Length ? Take((int)length) : throw TooShort();
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (_left.Length < count)
        {
            throw TooShort();
        }

        var taken = _left[..count];
        _left = _left[count..];
        return taken;
    }

    private static FormatException TooShort() => new("An SSH message ends too early.");
}
