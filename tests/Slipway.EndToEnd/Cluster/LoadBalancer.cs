using System.Net;
using System.Net.Sockets;

namespace Slipway.EndToEnd.Cluster;

/// <summary>What stands before several servers: it passes each connection on to the next that says it is ready.</summary>
internal sealed class LoadBalancer : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _end = new();
    private readonly Lock _gate = new();
    private readonly List<Task> _tasks = [];
    private volatile IReadOnlyList<Uri> _ready = [];
    private int _next;

    public LoadBalancer(IPAddress address)
    {
        _listener = new TcpListener(address, 0);
        _listener.Start();
        _tasks.Add(AcceptAsync());
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public void Serve(IReadOnlyList<Uri> servers) => _tasks.AddRange(servers.Select(WatchAsync));

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        await Task.WhenAll(_tasks);
        _end.Dispose();
    }

    private async Task WatchAsync(Uri server)
    {
        using var http = new HttpClient { BaseAddress = server, Timeout = TimeSpan.FromSeconds(2) };
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(500));
        try
        {
            do
            {
                var ready = await IsReadyAsync(http);
                lock (_gate)
                {
                    _ready = ready ? [.. _ready.Union([server])] : [.. _ready.Where(s => s != server)];
                }
            }
            while (await timer.WaitForNextTickAsync(_end.Token));
        }
        catch (OperationCanceledException)
        {
            // The test ends.
        }
    }

    private async Task<bool> IsReadyAsync(HttpClient http)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri("health/ready", UriKind.Relative), _end.Token);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !_end.IsCancellationRequested)
        {
            return false;
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = PassOnAsync(await _listener.AcceptTcpClientAsync(_end.Token));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test ends.
        }
    }

    private async Task PassOnAsync(TcpClient client)
    {
        using (client)
        using (var server = new TcpClient())
        {
            try
            {
                if (_ready is not { Count: > 0 } ready)
                {
                    return;
                }

                var target = ready[(int)((uint)Interlocked.Increment(ref _next) % ready.Count)];
                await server.ConnectAsync(target.Host, target.Port, _end.Token);
                await Task.WhenAny(
                    client.GetStream().CopyToAsync(server.GetStream(), _end.Token), server.GetStream().CopyToAsync(client.GetStream(), _end.Token));
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // Whoever called sees a broken connection, as with any load balancer.
            }
        }
    }
}
