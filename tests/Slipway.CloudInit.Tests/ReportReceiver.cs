using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Slipway.CloudInit.Tests;

/// <summary>A web server on the loopback that keeps the forms it gets: what a boot script reports to.</summary>
internal sealed class ReportReceiver : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Queue<int> _answers;
    private readonly Task _loop;

    public ReportReceiver(params int[] answers)
    {
        _answers = new Queue<int>(answers);
        _listener.Start();
        _loop = AcceptAsync();
    }

    public Uri Url => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/boot/token-1");

    /// <summary>The forms received, decoded, in order.</summary>
    public ConcurrentQueue<IReadOnlyDictionary<string, string>> Forms { get; } = new();

    public ConcurrentQueue<string> Requests { get; } = new();

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _loop;
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            TcpClient client;
            try
            {
                client = await _listener.AcceptTcpClientAsync();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }

            using (client)
            {
                await AnswerAsync(client.GetStream());
            }
        }
    }

    private async Task AnswerAsync(NetworkStream stream)
    {
        using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
        Requests.Enqueue((await reader.ReadLineAsync())!);
        var length = 0;
        while (await reader.ReadLineAsync() is { Length: > 0 } header)
        {
            length = header.StartsWith("Content-Length: ", StringComparison.OrdinalIgnoreCase) ? int.Parse(header["Content-Length: ".Length..]) : length;
        }

        var body = new char[length];
        await reader.ReadBlockAsync(body);
        Forms.Enqueue(new string(body).Split('&').Select(p => p.Split('=', 2)).ToDictionary(p => WebUtility.UrlDecode(p[0]), p => WebUtility.UrlDecode(p[1])));
        var status = _answers.TryDequeue(out var arranged) ? arranged : 204;
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status} Arranged\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
    }
}
