using System.Net;
using Slipway.Testing;

namespace Slipway.Tailscale.Tests;

public sealed class DevicesTests : TailscaleTest
{
    private const string Path = "/api/v2/tailnet/-/devices";
    private const string WaitPath = Path + "?hostname=vm-7&tags=tag%3Aagent";

    [Fact]
    public async Task T4_every_way_servers_write_a_device_is_understood()
    {
        using var client = Client(new ScriptedHttp(TokenExchange(), Get(Path, """
            {"devices":[
              {"addresses":["fd7a:115c:a1e0::1","100.64.0.7"],"id":"92960230385","nodeId":"n5SUKe8CNTRL","name":"vm-7-1.tail1234.ts.net","hostname":"vm-7","user":"tagged-devices",
               "tags":["tag:agent"],"authorized":true,"keyExpiryDisabled":true,"created":"2026-11-21T09:00:01Z","expires":"0001-01-01T00:00:00Z","isEphemeral":false,"isExternal":false,
               "connectedToControl":true,"lastSeen":null,"clientVersion":"v1.96.2","os":"linux","clientConnectivity":{"latency":{"x":{"preferred":true}}}},
              {"id":17,"hostname":"shared","created":"","isExternal":true,"addresses":null,"tags":null,"lastSeen":"2026-11-20T23:59:59.123456789+02:00"}
            ]}
            """)));

        var devices = await client.Devices.ListAsync();

        var first = devices[0];
        first.NodeId.ShouldBe("n5SUKe8CNTRL");
        first.Ipv4.ShouldBe("100.64.0.7");
        first.Created.ShouldBe(new DateTimeOffset(2026, 11, 21, 9, 0, 1, TimeSpan.Zero));
        first.Expires.ShouldBeNull();
        first.LastSeen.ShouldBeNull();
        first.ConnectedToControl.ShouldBe(true);
        first.KeyExpiryDisabled.ShouldBeTrue();
        first.HasAddress("fd7a:115c:a1e0:0:0:0:0:1").ShouldBeTrue();
        var second = devices[1];
        second.Id.ShouldBe("17");
        second.NodeId.ShouldBe("17", "Headscale has one id for both");
        second.Created.ShouldBeNull();
        second.LastSeen!.Value.Hour.ShouldBe(21);
        second.ConnectedToControl.ShouldBeNull();
        second.Addresses.ShouldBeEmpty();
        second.Tags.ShouldBeEmpty();
        second.Ipv4.ShouldBeNull();
        second.IsExternal.ShouldBeTrue();
    }

    [Fact]
    public async Task T4_a_filter_holds_even_where_the_server_ignores_it()
    {
        using var client = Client(new ScriptedHttp(TokenExchange(), Get(Path + "?hostname=vm-7&tags=tag%3Aagent&isEphemeral=false", """
            {"devices":[{"id":"1","hostname":"VM-7","tags":["tag:agent"]},{"id":"2","hostname":"vm-8","tags":["tag:agent"]},{"id":"3","hostname":"vm-7"},
                        {"id":"4","hostname":"vm-7","tags":["tag:agent"],"isEphemeral":true}]}
            """)));

        var devices = await client.Devices.ListAsync(new DeviceFilter { Hostname = "vm-7", Tag = "tag:agent", IsEphemeral = false });

        devices.Select(d => d.Id).ShouldBe(["1"]);
    }

    [Fact]
    public async Task T4_a_device_is_found_by_address_however_it_is_written()
    {
        const string body = """{"devices":[{"id":"1","addresses":["100.64.0.7","fd7a:115c:a1e0::7"]},{"id":"2","addresses":["100.64.0.71"]}]}""";
        using var client = Client(new ScriptedHttp(TokenExchange(), Get(Path, body), Get(Path, body), Get(Path, body)));

        (await client.Devices.FindByAddressAsync("100.64.0.71"))!.Id.ShouldBe("2");
        (await client.Devices.FindByAddressAsync("FD7A:115C:A1E0:0::7"))!.Id.ShouldBe("1");
        (await client.Devices.FindByAddressAsync("100.64.0.1")).ShouldBeNull();
        await Should.ThrowAsync<ArgumentException>(client.Devices.FindByAddressAsync("vm-7"));
    }

    [Fact]
    public async Task T4_a_device_is_looked_at_and_deleted_and_gone_is_an_answer()
    {
        var transport = new ScriptedHttp(
            TokenExchange(),
            Get("/api/v2/device/n1", """{"id":"1","nodeId":"n1"}"""),
            Get("/api/v2/device/n2", """{"message":"no"}""", HttpStatusCode.NotFound),
            new ScriptedExchange("DELETE", "/api/v2/device/n1", HttpStatusCode.OK),
            new ScriptedExchange("DELETE", "/api/v2/device/n1", HttpStatusCode.NotFound),
            new ScriptedExchange("DELETE", "/api/v2/device/n3", HttpStatusCode.NotImplemented, """{"message":"cannot delete devices outside of your tailnet"}"""));
        using var client = Client(transport);

        (await client.Devices.FindAsync("n1"))!.NodeId.ShouldBe("n1");
        (await client.Devices.FindAsync("n2")).ShouldBeNull();
        (await client.Devices.DeleteAsync("n1")).ShouldBeTrue();
        (await client.Devices.DeleteAsync("n1")).ShouldBeFalse();
        (await Should.ThrowAsync<TailscaleException>(client.Devices.DeleteAsync("n3"))).Message.ShouldContain("outside of your tailnet");
        await Should.ThrowAsync<ArgumentException>(() => client.Devices.DeleteAsync(" "));
        transport.ShouldBeFinished();
    }

    [Fact]
    public async Task T3_waiting_ends_when_the_device_has_an_address()
    {
        var transport = new ScriptedHttp(
            TokenExchange(),
            Get(WaitPath, """{"devices":[]}"""),
            Get(WaitPath, """{"devices":[{"id":"1","nodeId":"n1","hostname":"vm-7","tags":["tag:agent"],"addresses":[]}]}"""),
            Get(WaitPath, """{"devices":[{"id":"1","nodeId":"n1","hostname":"vm-7","tags":["tag:agent"],"addresses":["100.64.0.7"]}]}"""));
        using var client = Client(transport);

        var device = await Elapse(() => client.Devices.WaitForHostnameAsync("vm-7", "tag:agent", TimeSpan.FromMinutes(5)));

        device.NodeId.ShouldBe("n1");
        device.Ipv4.ShouldBe("100.64.0.7");
        transport.ShouldBeFinished();
        Clock.ArmedTimers.ShouldBe(0);
    }

    [Theory]
    [InlineData("""{"devices":[]}""", "No device with hostname 'vm-7' and tag 'tag:agent' joined within 7 s.")]
    [InlineData("""{"devices":[{"hostname":"vm-7","tags":["tag:agent"]}]}""", "The device with hostname 'vm-7' and tag 'tag:agent' joined, but got no address within 7 s.")]
    public async Task T3_the_time_out_names_the_hostname_and_how_far_it_came(string body, string expected)
    {
        var look = Get(WaitPath, body);
        var transport = new ScriptedHttp(TokenExchange(), look, look, look);
        using var client = Client(transport);

        var e = await Should.ThrowAsync<TimeoutException>(() => Elapse(() => client.Devices.WaitForHostnameAsync("vm-7", "tag:agent", TimeSpan.FromSeconds(7))));

        e.Message.ShouldStartWith(expected);
        transport.ShouldBeFinished();
    }

    [Fact]
    public async Task T3_waiting_outlives_a_server_in_trouble_but_not_a_refusal()
    {
        var transport = new ScriptedHttp(
            TokenExchange(),
            Get(WaitPath, "", HttpStatusCode.BadGateway),
            Get(WaitPath, """{"message":"no"}""", HttpStatusCode.Forbidden));
        using var client = Client(transport, o => o.MaxRetries = 0);

        var e = await Should.ThrowAsync<TailscaleException>(() => Elapse(() => client.Devices.WaitForHostnameAsync("vm-7", "tag:agent", TimeSpan.FromMinutes(5))));

        e.Status.ShouldBe(HttpStatusCode.Forbidden);
        transport.ShouldBeFinished();
    }

    [Fact]
    public async Task T3_the_last_failure_to_look_is_kept_with_the_time_out()
    {
        using var client = Client(new ScriptedHttp(TokenExchange(), Get(WaitPath, "", HttpStatusCode.BadGateway)), o => o.MaxRetries = 0);

        var e = await Should.ThrowAsync<TimeoutException>(() => Elapse(() => client.Devices.WaitForHostnameAsync("vm-7", "tag:agent", TimeSpan.FromSeconds(2))));

        e.InnerException.ShouldBeOfType<TailscaleException>().Status.ShouldBe(HttpStatusCode.BadGateway);
    }

    [Fact]
    public async Task T3_a_stale_device_of_the_same_name_does_not_count_and_two_that_do_are_a_stop()
    {
        const string stale = """{"id":"1","nodeId":"n1","hostname":"vm-7","tags":["tag:agent"],"addresses":["100.64.0.1"],"created":"2026-11-20T09:00:00Z"}""";
        const string fresh = """{"id":"2","nodeId":"n2","hostname":"vm-7","tags":["tag:agent"],"addresses":["100.64.0.2"],"created":"2026-11-21T09:00:00Z"}""";
        var both = Get(WaitPath, $$"""{"devices":[{{stale}},{{fresh}}]}""");
        using var client = Client(new ScriptedHttp(TokenExchange(), both, both));

        var device = await client.Devices.WaitForHostnameAsync("vm-7", "tag:agent", TimeSpan.FromSeconds(9), createdNotBefore: Clock.GetUtcNow());
        var e = await Should.ThrowAsync<TailscaleException>(client.Devices.WaitForHostnameAsync("vm-7", "tag:agent", TimeSpan.FromSeconds(9)));

        device.NodeId.ShouldBe("n2");
        e.Message.ShouldBe("2 devices with tag 'tag:agent' call themselves 'vm-7' (n1, n2). Delete the stale ones.");
    }

    [Fact]
    public async Task T3_a_caller_who_gives_up_gets_a_cancellation_not_a_time_out()
    {
        using var cancel = new CancellationTokenSource();
        using var client = Client(new ScriptedHttp(TokenExchange(), Get(WaitPath, "{}")));

        var work = client.Devices.WaitForHostnameAsync("vm-7", "tag:agent", TimeSpan.FromMinutes(5), cancel.Token);
        await cancel.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(work);
    }

    [Fact]
    public async Task A_missing_tailnet_is_said_not_taken_for_an_empty_one()
    {
        using var client = Client(new ScriptedHttp(TokenExchange(), Get(Path, """{"message":"tailnet not found"}""", HttpStatusCode.NotFound)));

        (await Should.ThrowAsync<TailscaleException>(client.Devices.ListAsync())).Message.ShouldContain("Check the tailnet's name and the base address");
    }
}
