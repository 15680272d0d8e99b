using System.Net;
using System.Net.Sockets;
using System.Text;
using Slipway.Server.Tests.Support;

namespace Slipway.Server.Tests;

/// <summary>Clients that hold connections open for as long as they can, over real sockets: each is cut off, and nobody else waits for them.</summary>
public sealed class SlowClientTests : IAsyncLifetime
{
    private TestSystem _system = null!;
    private string _agent = "";

    public async Task InitializeAsync()
    {
        _system = await TestSystem.StartAsync(new Dictionary<string, string>
        {
            ["Limits:Headers"] = "00:00:01",
            ["Limits:Grace"] = "00:00:01.100",
            // So that an answer of some size is given up after the grace too, and not only when it could have been read at the usual rate.
            ["Limits:BytesPerSecond"] = "100000",
            ["Limits:KeepAlive"] = "00:00:02",
            ["Orders:Offers:hello:Price"] = "€9.00 a month",
        });
        _agent = (await _system.OrderAsync()).Id;
    }

    public async Task DisposeAsync() => await _system.DisposeAsync();

    public static TheoryData<string> Bodies =>
    [
        "/webhooks/stripe", "/callbacks/github", "/callbacks/boot/a-token-nobody-has", "/callbacks/phone-home/a-token-nobody-has", "/order/hello", "/orders/a-link-nobody-has/stop",
        "/orders/a-link-nobody-has/secrets", "/v1/agents", "/v1/blueprints/validate",
    ];

    [Fact]
    public async Task A_request_whose_headers_never_end_is_cut_off_however_they_come()
    {
        using var silent = await ConnectAsync("");
        using var begun = await ConnectAsync("GET /order/hello HTTP/1.1\r\nHost: shop\r\nX-Slow: ");
        using var dripping = await ConnectAsync("GET /order/hello HTTP/1.1\r\nHost: shop\r\nX-Slow: ");

        await Task.WhenAll(silent.EndsAsync(), begun.EndsAsync(), dripping.EndsAsync(drip: "a"));
    }

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task A_body_that_never_ends_is_cut_off_and_counts_for_nothing(string path)
    {
        var head = $"POST {path} HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\nAuthorization: Bearer {_system.Token}\r\n";
        using var begun = await ConnectAsync(head + "Content-Length: 1000\r\n\r\n{\"blueprint\"");
        using var dripping = await ConnectAsync(head + "Content-Length: 1000\r\n\r\n{");
        using var chunks = await ConnectAsync(head + "Transfer-Encoding: chunked\r\n\r\n");

        await Task.WhenAll(begun.EndsAsync(), dripping.EndsAsync(drip: " "), chunks.EndsAsync(drip: "1\r\n \r\n"));

        (await _system.Client.Agents.ListAsync()).Select(a => a.Id).ShouldBe([_agent]);
    }

    [Fact]
    public async Task A_client_that_does_not_read_its_answers_is_cut_off()
    {
        using var deaf = await ConnectAsync(string.Concat(Enumerable.Repeat("GET /openapi/v1.json HTTP/1.1\r\nHost: shop\r\n\r\n", 400)), deaf: true);

        await deaf.IsResetAsync();
    }

    [Fact]
    public async Task A_connection_that_asks_for_nothing_more_is_closed()
    {
        using var idle = await ConnectAsync("GET /health/live HTTP/1.1\r\nHost: shop\r\n\r\n");

        (await idle.EndsAsync()).ShouldContain("200 OK");
    }

    [Fact]
    public async Task While_many_are_slow_others_are_answered()
    {
        var slow = await Task.WhenAll(Enumerable.Range(0, 300).Select(n => ConnectAsync(n % 2 == 0
            ? "GET / HTTP/1.1\r\nX-Slow: "
            : "POST /webhooks/stripe HTTP/1.1\r\nHost: shop\r\nContent-Length: 1000\r\n\r\n{")));
        try
        {
            foreach (var path in (string[])["health/live", "health/ready", "order/hello", "openapi/v1.json", $"v1/agents/{_agent}"])
            {
                (await _system.SendAsync(HttpMethod.Get, path)).Status.ShouldBe(HttpStatusCode.OK, path);
            }

            (await _system.WebhookAsync(StripeEvents.Paid(_agent, "evt_while_slow"))).Status.ShouldBe(HttpStatusCode.OK);
            await Task.WhenAll(slow.Select(s => s.EndsAsync()));
        }
        finally
        {
            Array.ForEach(slow, s => s.Dispose());
        }
    }

    [Fact]
    public async Task Limits_that_let_nobody_in_keep_the_server_from_starting()
    {
        _system.Set("Limits:Grace", "00:00:00");

        (await _system.ProblemsAtStartAsync()).ShouldHaveSingleItem().ShouldContain("Limits");
    }

    private async Task<SlowClient> ConnectAsync(string begins, bool deaf = false)
    {
        var client = new SlowClient(deaf);
        await client.ConnectAsync(_system.Address, begins);
        return client;
    }

    /// <summary>A client that says only what it is told to say.</summary>
    private sealed class SlowClient : IDisposable
    {
        private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

        public SlowClient(bool deaf)
        {
            if (deaf)
            {
                _socket.ReceiveBufferSize = 2048;
            }
        }

        public async Task ConnectAsync(Uri server, string begins)
        {
            await _socket.ConnectAsync(IPAddress.Loopback, server.Port);
            await _socket.SendAsync(Encoding.ASCII.GetBytes(begins));
        }

        /// <summary>Until the server has ended the connection.</summary>
        /// <param name="drip">Sent again and again meanwhile.</param>
        /// <returns>What it said before.</returns>
        public async Task<string> EndsAsync(string? drip = null)
        {
            using var limit = Eventually.Limit();
            using var over = CancellationTokenSource.CreateLinkedTokenSource(limit.Token);
            var dripping = drip is null ? Task.CompletedTask : DripAsync(drip, over.Token);
            var said = new StringBuilder();
            var buffer = new byte[4096];
            try
            {
                while (await _socket.ReceiveAsync(buffer, limit.Token) is > 0 and var length)
                {
                    said.Append(Encoding.ASCII.GetString(buffer, 0, length));
                }
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset or SocketError.ConnectionAborted)
            {
                // Ended as well.
            }

            await over.CancelAsync();
            await dripping;
            return said.ToString();
        }

        /// <summary>Until the server has given up, though nothing is read: then nothing can be written either.</summary>
        public async Task IsResetAsync()
        {
            using var limit = Eventually.Limit();
            using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(100), TimeProvider.System);
            while (!_socket.Poll(0, SelectMode.SelectError) && (int)_socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)! == 0)
            {
                await pause.WaitForNextTickAsync(limit.Token);
            }
        }

        public void Dispose() => _socket.Dispose();

        private async Task DripAsync(string drip, CancellationToken over)
        {
            using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(200), TimeProvider.System);
            try
            {
                while (await pause.WaitForNextTickAsync(over))
                {
                    await _socket.SendAsync(Encoding.ASCII.GetBytes(drip), over);
                }
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException)
            {
                // It is over.
            }
        }
    }
}
