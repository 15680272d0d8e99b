using System.Net;
using Slipway.Testing;
using static Slipway.Hetzner.Tests.Arrange;

namespace Slipway.Hetzner.Tests;

public sealed class ErrorTests
{
    private static async Task<HetznerException> FailAsync(ScriptedExchange answer)
    {
        using var arranged = new Arrange(o => o.MaxAttempts = 1, answer);
        return await Should.ThrowAsync<HetznerException>(() => arranged.Client.Servers.GetAsync(42));
    }

    [Fact]
    public async Task H7_a_failure_names_code_message_status_endpoint_and_correlation_id()
    {
        var e = await FailAsync(Refuse("GET", "/servers/42", 423, "locked", "cannot perform operation because server is locked"));

        (e.Code, e.Status, e.Endpoint, e.CorrelationId).ShouldBe(("locked", HttpStatusCode.Locked, "GET /servers/{id}", "c0ffee"));
        e.Message.ShouldBe(
            "GET /servers/{id} failed: cannot perform operation because server is locked (locked, HTTP 423, correlation id c0ffee). "
            + "Wait for the running action on this resource, then try again.");
    }

    [Fact]
    public async Task H7_details_are_typed()
    {
        var invalid = await FailAsync(Refuse("GET", "/servers/42", 422, "invalid_input", "invalid input in field 'name'",
            """{"fields":[{"name":"name","messages":["Name must be a valid hostname."]}]}"""));
        var limit = await FailAsync(Refuse("GET", "/servers/42", 403, "resource_limit_exceeded", "Primary IP limit exceeded",
            """{"limits":[{"name":"primary_ip_limit"}]}"""));
        var gone = await FailAsync(Refuse("GET", "/servers/42", 410, "deprecated_api_endpoint", "gone", """{"announcement":"https://docs.hetzner.cloud/changelog"}"""));

        invalid.Details.Fields.ShouldHaveSingleItem().Name.ShouldBe("name");
        invalid.Details.Fields[0].Messages.ShouldBe(["Name must be a valid hostname."]);
        invalid.Message.ShouldContain("Field 'name': Name must be a valid hostname.");
        limit.Details.Limits.ShouldBe(["primary_ip_limit"]);
        gone.Details.Announcement.ShouldBe("https://docs.hetzner.cloud/changelog");
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("""{"fields":null,"limits":[null,1,{}],"announcement":5}""")]
    [InlineData("""{"fields":[null,1,{"name":5,"messages":"x"}]}""")]
    public async Task H7_strange_details_do_not_hide_the_error(string details)
    {
        var e = await FailAsync(Refuse("GET", "/servers/42", 409, "uniqueness_error", "server name is already used", details));

        e.Code.ShouldBe("uniqueness_error");
        e.Details.Limits.ShouldBeEmpty();
        e.Details.Announcement.ShouldBeNull();
    }

    [Theory]
    [InlineData(502, "<html><body>Bad Gateway</body></html>", "bad_gateway")]
    [InlineData(504, "", "timeout")]
    [InlineData(503, "no healthy upstream", "unavailable")]
    [InlineData(429, "", "rate_limit_exceeded")]
    [InlineData(401, "null", "unauthorized")]
    [InlineData(500, "[]", "unknown_error")]
    [InlineData(500, """{"error":"oops"}""", "unknown_error")]
    [InlineData(409, """{"error":{"message":"no code"}}""", "unknown_error")]
    [InlineData(302, "", "unknown_error")]
    [InlineData(422, """{"error":{"code":"brand_new_in_2027"}}""", "brand_new_in_2027")]
    public async Task H7_an_error_without_Hetzners_format_is_an_error_all_the_same(int status, string body, string code)
    {
        var e = await FailAsync(new ScriptedExchange("GET", "/v1/servers/42", (HttpStatusCode)status, body));

        (e.Code, (int)e.Status!).ShouldBe((code, status));
        e.Message.ShouldContain($"HTTP {status}, correlation id none");
        e.Details.Fields.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("<html>Welcome to the hotel's wireless network</html>")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"server":{"id":"many"}}""")]
    public async Task A_success_that_is_no_answer_is_an_error(string body)
    {
        var e = await FailAsync(Ok("GET", "/servers/42", body));

        e.Code.ShouldBe("invalid_response");
    }

    [Fact]
    public void H8_a_missing_token_is_one_clear_error_that_names_the_setting()
    {
        foreach (var token in (string?[])[null, "", " \n"])
        {
            Should.Throw<ArgumentException>(() => new HetznerClient(new HetznerOptions { Token = token! })).Message.ShouldContain("HETZNER_API_TOKEN");
        }
    }

    [Fact]
    public void H8_a_token_no_header_can_carry_is_refused_without_being_shown()
    {
        var e = Should.Throw<ArgumentException>(() => new HetznerClient(new HetznerOptions { Token = "abc\ndef" }));

        e.Message.ShouldContain("HETZNER_API_TOKEN");
        e.ToString().ShouldNotContain("def");
    }

    [Fact]
    public async Task Every_request_carries_token_and_user_agent_and_accepts_JSON()
    {
        using var arranged = new Arrange(Ok("GET", "/servers/42", $$"""{"server":{{Json.Server()}}}""") with
        {
            Inspect = (request, _) =>
            {
                request.Headers.Authorization!.ToString().ShouldBe($"Bearer {Token}");
                request.Headers.UserAgent.ToString().ShouldBe("shop/1.2 slipway-hetzner/0.1.0");
                request.Headers.Accept.ToString().ShouldBe("application/json");
            },
        });

        await arranged.Client.Servers.GetAsync(42);

        arranged.Http.ShouldBeFinished();
    }

    [Fact]
    public void H7_no_secret_is_in_any_log_line_or_exception()
    {
        const string UserData = "#cloud-config planted-user-data";
        var prefix = Token[..32];
        var echo = $"Limit of '3600' requests per hour for token '{prefix}...' reached. {Token} {UserData}";
        var details = $$"""{"fields":[{"name":"user_data","messages":["{{UserData}}","{{Token}}"]}]}""";
        using var arranged = new Arrange(
            Refuse("POST", "/servers", 429, "rate_limit_exceeded", echo),
            Ok("POST", "/servers",
                $$"""{"server":{{Json.Server()}},"action":{{Json.Action(1, "create_server")}},"next_actions":[],"root_password":"planted-root"}""", HttpStatusCode.Created),
            Ok("POST", "/servers", """{"server":7,"root_password":"planted-root"}""", HttpStatusCode.Created),
            Refuse("POST", "/servers", 422, "invalid_input", echo, details),
            Refuse("POST", "/servers/42/actions/rebuild", 422, "invalid_input", echo, details));
        var order = new CreateServerRequest { Name = "web-1", ServerType = "cx23", Image = "debian-12", UserData = UserData };
        var servers = arranged.Client.Servers;

        var made = arranged.Run(() => servers.CreateAsync(order));
        var unreadable = Should.Throw<HetznerException>(() => arranged.Run(() => servers.CreateAsync(order)));
        var refused = Should.Throw<HetznerException>(() => arranged.Run(() => servers.CreateAsync(order)));
        var rebuild = Should.Throw<HetznerException>(() => arranged.Run(() => servers.RebuildAsync(42, "debian-12", UserData)));

        arranged.Logs.Lines.ShouldNotBeEmpty("a retry is logged, else this test would prove nothing");
        refused.Message.ShouldContain("token '***'");
        var shown = string.Join('\n', [
            .. arranged.Logs.Lines.Select(l => l.Text), $"{made} {order}", $"{unreadable}", $"{refused}", $"{rebuild}",
            .. refused.Details.Fields.SelectMany(f => f.Messages),
        ]);
        foreach (var secret in (string[])[Token, prefix, "SECRETHALF", "planted"])
        {
            shown.ShouldNotContain(secret);
        }
    }
}
