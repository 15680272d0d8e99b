using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Slipway.Testing;

namespace Slipway.Hetzner.Tests;

/// <summary>What only a real socket can do: break after the request has arrived, or say nothing.</summary>
public sealed class SocketTests : IAsyncDisposable
{
    private static readonly CreateServerRequest Order = new() { Name = "web-1", ServerType = "cx23", Image = "debian-12" };

    private readonly List<string> _arrived = [];
    private readonly ManualTimeProvider _time = new();
    private WebApplication? _server;
    private HetznerClient? _client;

    [Fact]
    public async Task A_create_whose_connection_breaks_after_sending_is_sent_once()
    {
        var client = await StartAsync((context, _) =>
        {
            context.Abort();
            return Task.CompletedTask;
        });

        var e = await Should.ThrowAsync<HetznerException>(() => client.Servers.CreateAsync(Order));

        (e.Code, e.Status, e.IsOutcomeUnknown).ShouldBe(("connection_failed", null, true));
        e.InnerException.ShouldBeOfType<HttpRequestException>();
        _arrived.ShouldBe(["POST /v1/servers"]);
    }

    [Fact]
    public async Task A_switch_without_a_body_is_pressed_once_even_on_a_connection_used_before()
    {
        var client = await StartAsync(async (context, count) =>
        {
            if (count == 1)
            {
                await context.Response.WriteAsync($$"""{"server":{{Json.Server()}}}""");
                return;
            }

            context.Abort();
        });
        await client.Servers.GetAsync(42);

        var e = await Should.ThrowAsync<HetznerException>(() => client.Servers.ResetAsync(42));

        e.IsOutcomeUnknown.ShouldBeTrue();
        _arrived.ShouldBe(["GET /v1/servers/42", "POST /v1/servers/42/actions/reset"]);
    }

    [Fact]
    public async Task A_delete_whose_connection_breaks_is_sent_again()
    {
        var client = await StartAsync(async (context, count) =>
        {
            if (count == 1)
            {
                context.Abort();
                return;
            }

            context.Response.StatusCode = StatusCodes.Status404NotFound;
            await context.Response.WriteAsync("""{"error":{"code":"not_found","message":"gone"} }""");
        });

        (await client.Servers.DeleteAsync(42)).ShouldBeNull();

        _arrived.ShouldBe(["DELETE /v1/servers/42", "DELETE /v1/servers/42"]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task H7_silence_ends_with_the_request_timeout_also_in_the_middle_of_an_answer(bool begunToAnswer)
    {
        var silent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var client = await StartAsync(async (context, _) =>
        {
            if (begunToAnswer)
            {
                await context.Response.WriteAsync("""{"server":""");
                await context.Response.Body.FlushAsync();
            }

            var aborted = new TaskCompletionSource();
            using var registration = context.RequestAborted.Register(aborted.SetResult);
            silent.SetResult();
            await aborted.Task;
        });

        var create = client.Servers.CreateAsync(Order);
        await silent.Task;
        _time.Advance(TimeSpan.FromSeconds(30));
        var e = await Should.ThrowAsync<HetznerException>(() => create);

        (e.Code, e.Status, e.IsOutcomeUnknown).ShouldBe(("timeout", null, true));
        e.Message.ShouldContain("No answer within 30 s");
        _arrived.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Where_nobody_listens_nothing_was_done()
    {
        using var nobody = new TcpListener(IPAddress.Loopback, 0);
        nobody.Start();
        var port = ((IPEndPoint)nobody.LocalEndpoint).Port;
        nobody.Stop();
        var client = NewClient($"http://127.0.0.1:{port}/v1");

        var e = await Should.ThrowAsync<HetznerException>(() => client.Servers.CreateAsync(Order));

        (e.Code, e.IsOutcomeUnknown).ShouldBe(("connection_failed", false));
        e.Message.ShouldStartWith("POST /servers got no answer from Hetzner (connection_failed)");
    }

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    private async Task<HetznerClient> StartAsync(Func<HttpContext, int, Task> answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _server = builder.Build();
        _server.Run(async context =>
        {
            using var body = new StreamReader(context.Request.Body);
            await body.ReadToEndAsync();
            int count;
            lock (_arrived)
            {
                _arrived.Add($"{context.Request.Method} {context.Request.Path}");
                count = _arrived.Count;
            }

            context.Response.ContentType = "application/json";
            await answer(context, count);
        });
        await _server.StartAsync();
        return NewClient(_server.Urls.Single() + "/v1/");
    }

    private HetznerClient NewClient(string address) =>
        _client = new HetznerClient(new HetznerOptions { Token = Arrange.Token, BaseUrl = new Uri(address) }, timeProvider: _time, random: () => 0);
}
