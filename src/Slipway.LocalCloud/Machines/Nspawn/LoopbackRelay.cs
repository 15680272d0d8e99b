using System.Net;
using System.Net.Sockets;

namespace Slipway.LocalCloud.Machines.Nspawn;

/// <summary>Lets machines reach a loopback port of this computer at their gateway's address, and leaves nothing in the kernel.</summary>
internal sealed partial class LoopbackRelay : IAsyncDisposable
{
    private const int MostConnections = 512;

    private readonly TcpListener _listener;
    private readonly int _port;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _free = new(MostConnections);
    private readonly Task _accepting;

    public LoopbackRelay(string address, int port, ILogger logger)
    {
        (_port, _logger) = (port, logger);
        _listener = new TcpListener(IPAddress.Parse(address), port);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        await _accepting;
        // Relays under way end by the cancellation; each returns its place.
        for (var i = 0; i < MostConnections; i++)
        {
            await _free.WaitAsync();
        }

        _stopping.Dispose();
        _free.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                await _free.WaitAsync(_stopping.Token);
                try
                {
                    _ = RelayAsync(await _listener.AcceptSocketAsync(_stopping.Token));
                }
                catch (SocketException e)
                {
                    _free.Release();
                    Log.NotAccepted(_logger, _port, e.Message);
                }
                catch (OperationCanceledException)
                {
                    _free.Release();
                    throw;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Stopping.
        }
    }

    private async Task RelayAsync(Socket machine)
    {
        try
        {
            using var near = machine;
            using var far = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            near.NoDelay = true;
            await far.ConnectAsync(IPAddress.Loopback, _port, _stopping.Token);
            await Task.WhenAll(CopyAsync(near, far), CopyAsync(far, near));
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Either side went away, nobody listens, or we stop: the machine sees a closed connection, as it would without us.
            Log.Closed(_logger, _port, e.Message);
        }
        finally
        {
            _free.Release();
        }
    }

    private async Task CopyAsync(Socket from, Socket to)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            int read;
            while ((read = await from.ReceiveAsync(buffer, _stopping.Token)) > 0)
            {
                for (var sent = 0; sent < read;)
                {
                    sent += await to.SendAsync(buffer.AsMemory(sent, read - sent), _stopping.Token);
                }
            }

            to.Shutdown(SocketShutdown.Send);
        }
        catch
        {
            // The other direction must not wait for a side that is gone.
            from.Dispose();
            to.Dispose();
            throw;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "A machine's connection to port {Port} was not accepted: {Reason}")]
        public static partial void NotAccepted(ILogger logger, int port, string reason);

        [LoggerMessage(2, LogLevel.Debug, "A machine's connection to port {Port} ended: {Reason}")]
        public static partial void Closed(ILogger logger, int port, string reason);
    }
}
