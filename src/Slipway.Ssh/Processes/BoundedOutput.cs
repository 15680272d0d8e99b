using System.Text;

namespace Slipway.Ssh;

/// <summary>Keeps the beginning and the end of a stream that may be endless.</summary>
internal sealed class BoundedOutput(int limit)
{
    private readonly int _half = Math.Max(limit / 2, 1024);
    private readonly List<byte> _head = [];
    private readonly List<byte> _tail = [];
    private long _total;

    public static async Task<BoundedOutput> ReadAsync(Stream source, int limit)
    {
        var output = new BoundedOutput(limit);
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await source.ReadAsync(buffer)) > 0)
        {
            output.Append(buffer.AsSpan(0, read));
        }

        return output;
    }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        _total += bytes.Length;
        var first = Math.Min(bytes.Length, _half - _head.Count);
        _head.AddRange(bytes[..first]);
        _tail.AddRange(bytes[first..]);
        if (_tail.Count > 2 * _half)
        {
            Trim();
        }
    }

    public override string ToString()
    {
        Trim();
        var leftOut = _total - _head.Count - _tail.Count;
        return leftOut == 0
            ? Encoding.UTF8.GetString([.. _head, .. _tail])
            : $"{Encoding.UTF8.GetString([.. _head])}\n[… {leftOut} bytes left out …]\n{Encoding.UTF8.GetString([.. _tail])}";
    }

    private void Trim() => _tail.RemoveRange(0, Math.Max(0, _tail.Count - _half));
}
