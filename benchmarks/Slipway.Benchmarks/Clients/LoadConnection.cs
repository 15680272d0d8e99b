using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Slipway.Benchmarks.Clients;

/// <summary>One kept-alive connection that asks and reads whole answers with as little work as can be: the generator shares the processor with what it measures.</summary>
public sealed class LoadConnection : IDisposable
{
    private static ReadOnlySpan<byte> HeaderEnd => "\r\n\r\n"u8;

    private static ReadOnlySpan<byte> LengthHeader => "\r\nContent-Length: "u8;

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private byte[] _buffer = new byte[512 * 1024];
    private int _filled;

    public async Task ConnectAsync(Uri cloud, CancellationToken cancellationToken) =>
        await _socket.ConnectAsync(new IPEndPoint(IPAddress.Parse(cloud.Host), cloud.Port), cancellationToken);

    /// <summary>Sends a whole request and reads its answer.</summary>
    /// <returns>The answer's body, valid until the next request.</returns>
    /// <exception cref="InvalidOperationException">The answer is not a 2xx.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> AskAsync(byte[] request, CancellationToken cancellationToken)
    {
        await _socket.SendAsync(request, SocketFlags.None, cancellationToken);
        _filled = 0;
        var body = -1;
        while (true)
        {
            if (_filled == _buffer.Length)
            {
                Array.Resize(ref _buffer, _buffer.Length * 2);
            }

            var read = await _socket.ReceiveAsync(_buffer.AsMemory(_filled), SocketFlags.None, cancellationToken);
            _filled += read > 0 ? read : throw new InvalidOperationException("LocalCloud closed a connection.");
            if (body < 0 && Received.IndexOf(HeaderEnd) is > 0 and var end)
            {
                body = end + HeaderEnd.Length;
                RequireSuccess(request);
            }

            if (body > 0 && EndOf(body) is { } whole && whole <= _filled)
            {
                return _buffer.AsMemory(body..whole);
            }
        }
    }

    public void Dispose() => _socket.Dispose();

    private ReadOnlySpan<byte> Received => _buffer.AsSpan(0, _filled);

    /// <summary>Where the answer ends, or null while that cannot be told: an answer without a length is chunked.</summary>
    private int? EndOf(int body)
    {
        var headers = _buffer.AsSpan(0, body);
        if (headers.IndexOf(LengthHeader) is > 0 and var at && Utf8Parser.TryParse(headers[(at + LengthHeader.Length)..], out int length, out _))
        {
            return body + length;
        }

        return headers.StartsWith("HTTP/1.1 204"u8) ? body : Received.EndsWith("\r\n0\r\n\r\n"u8) ? _filled : null;
    }

    private void RequireSuccess(byte[] request)
    {
        if (!Received.StartsWith("HTTP/1.1 2"u8))
        {
            throw new InvalidOperationException(
                $"{Encoding.ASCII.GetString(request).Split("\r\n")[0]} was answered {Encoding.ASCII.GetString(Received)}");
        }
    }
}
