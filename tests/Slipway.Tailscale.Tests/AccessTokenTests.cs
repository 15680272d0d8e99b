using System.Net;
using Slipway.Testing;

namespace Slipway.Tailscale.Tests;

public sealed class AccessTokenTests : TailscaleTest
{
    private const string Devices = "/api/v2/tailnet/-/devices";
    private const string NoDevices = """{"devices":[]}""";

    [Fact]
    public async Task T1_credentials_are_exchanged_for_a_token_which_is_used_again_for_fifty_minutes()
    {
        string? form = null;
        var bearers = new List<string?>();
        var transport = new ScriptedHttp(
            TokenExchange() with { Inspect = (_, body) => form = body },
            Get(Devices, NoDevices) with { Inspect = (r, _) => bearers.Add(r.Headers.Authorization?.ToString()) },
            Get(Devices, NoDevices) with { Inspect = (r, _) => bearers.Add(r.Headers.Authorization?.ToString()) },
            TokenExchange("access-token-two"),
            Get(Devices, NoDevices) with { Inspect = (r, _) => bearers.Add(r.Headers.Authorization?.ToString()) });
        using var client = Client(transport);

        await client.Devices.ListAsync();
        Clock.Advance(TimeSpan.FromMinutes(50) - TimeSpan.FromSeconds(1));
        await client.Devices.ListAsync();
        Clock.Advance(TimeSpan.FromSeconds(1));
        await client.Devices.ListAsync();

        form.ShouldBe($"client_id=kABC11CNTRL&client_secret={ClientSecret}&grant_type=client_credentials");
        bearers.ShouldBe(["Bearer access-token-one", "Bearer access-token-one", "Bearer access-token-two"]);
        transport.ShouldBeFinished();
    }

    [Fact]
    public async Task T1_many_callers_at_once_ask_for_one_token()
    {
        using var transport = new GatedTransport();
        using var client = Client(transport);

        var callers = Enumerable.Range(0, 20).Select(_ => Task.Run(() => client.Devices.ListAsync())).ToList();
        await transport.TokenAsked;
        transport.Open();
        await Task.WhenAll(callers);

        transport.TokenRequests.ShouldBe(1);
        transport.OtherRequests.ShouldBe(20);
    }

    [Fact]
    public async Task A_caller_who_gives_up_does_not_take_the_token_from_the_others()
    {
        using var transport = new GatedTransport();
        using var client = Client(transport);
        using var impatient = new CancellationTokenSource();

        var first = client.Devices.ListAsync(cancellationToken: impatient.Token);
        await transport.TokenAsked;
        var second = client.Devices.ListAsync();
        await impatient.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(first);
        transport.Open();

        (await second).ShouldBeEmpty();
        transport.TokenRequests.ShouldBe(2);
    }

    [Fact]
    public async Task A_token_refused_early_is_replaced_once_and_the_request_sent_again_even_a_post()
    {
        var transport = new ScriptedHttp(
            TokenExchange(),
            new ScriptedExchange("POST", "/api/v2/tailnet/-/keys", HttpStatusCode.Unauthorized, """{"message":"API token invalid"}"""),
            TokenExchange("access-token-two"),
            new ScriptedExchange("POST", "/api/v2/tailnet/-/keys", HttpStatusCode.OK, """{"id":"k1","key":"tskey-auth-k1-s"}""")
            {
                Inspect = (r, body) =>
                {
                    r.Headers.Authorization!.Parameter.ShouldBe("access-token-two");
                    body.ShouldContain("tag:agent");
                },
            });
        using var client = Client(transport);

        (await client.Keys.CreateAsync(new CreateAuthKeyRequest { Tags = ["tag:agent"] })).Id.ShouldBe("k1");
        transport.ShouldBeFinished();
    }

    [Fact]
    public async Task A_fresh_token_refused_too_is_the_end()
    {
        var refused = Get(Devices, """{"message":"API token invalid"}""", HttpStatusCode.Unauthorized);
        using var client = Client(new ScriptedHttp(TokenExchange(), refused, TokenExchange("access-token-two"), refused));

        var e = await Should.ThrowAsync<TailscaleException>(client.Devices.ListAsync());

        e.Status.ShouldBe(HttpStatusCode.Unauthorized);
        e.Endpoint.ShouldBe("GET /api/v2/tailnet/-/devices");
        e.Message.ShouldContain("API token invalid");
    }

    [Fact]
    public async Task T1_wrong_credentials_are_named_by_the_settings_they_come_from()
    {
        using var client = Client(new ScriptedHttp(new ScriptedExchange(
            "POST", "/api/v2/oauth/token", HttpStatusCode.Unauthorized, """{"error":"invalid_client","error_description":"client authentication failed"}""")));

        var e = await Should.ThrowAsync<TailscaleException>(client.VerifyCredentialsAsync());

        e.Message.ShouldBe("Tailscale answered POST /api/v2/oauth/token with 401: invalid_client: client authentication failed. "
            + "Check TAILSCALE_OAUTH_CLIENT_ID and TAILSCALE_OAUTH_CLIENT_SECRET.");
        e.OutcomeUnknown.ShouldBeFalse();
    }

    [Fact]
    public async Task Verifying_looks_at_keys_and_at_devices()
    {
        var transport = new ScriptedHttp(
            TokenExchange(),
            Get("/api/v2/tailnet/-/keys?all=true", """{"keys":[]}"""),
            Get(Devices + "?hostname=slipway-credential-check", """{"message":"calling actor does not have enough permissions"}""", HttpStatusCode.Forbidden));
        using var client = Client(transport);

        var e = await Should.ThrowAsync<TailscaleException>(client.VerifyCredentialsAsync());

        e.Status.ShouldBe(HttpStatusCode.Forbidden);
        e.Message.ShouldEndWith("The OAuth client needs the scopes auth_keys and devices:core.");
        transport.ShouldBeFinished();
    }

    [Fact]
    public void T1_missing_credentials_are_all_named_at_once()
    {
        var e = Should.Throw<ArgumentException>(() => new TailscaleClient(new TailscaleOptions { BaseUrl = new Uri("file:///x"), MaxRetries = -1 }));

        e.Message.ShouldContain("TAILSCALE_OAUTH_CLIENT_ID");
        e.Message.ShouldContain("TAILSCALE_OAUTH_CLIENT_SECRET");
        e.Message.ShouldContain("absolute http or https address");
        e.Message.ShouldContain("cannot be negative");
    }

    /// <summary>Holds the answer to the token request until it is opened.</summary>
    private sealed class GatedTransport : HttpMessageHandler
    {
        private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _tokenRequests;
        private int _otherRequests;

        public Task TokenAsked => _asked.Task;

        public int TokenRequests => _tokenRequests;

        public int OtherRequests => _otherRequests;

        public void Open() => _open.SetResult();

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.RequestUri!.AbsolutePath != "/api/v2/oauth/token")
            {
                Interlocked.Increment(ref _otherRequests);
                return new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(NoDevices) };
            }

            Interlocked.Increment(ref _tokenRequests);
            _asked.TrySetResult();
            await _open.Task.WaitAsync(cancellationToken);
            return new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent("""{"access_token":"t","expires_in":3600}""") };
        }
    }
}
