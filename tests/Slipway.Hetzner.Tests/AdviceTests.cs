using System.Net;
using Slipway.Hetzner.Http;
using Slipway.Testing;
using static Slipway.Hetzner.HetznerAdvice;

namespace Slipway.Hetzner.Tests;

public sealed class AdviceTests
{
    /// <summary>
    /// Every code of Hetzner's document with its documented status, the codes that are only in hcloud-go, bare statuses as proxies send them (an empty code
    /// stands for an HTML page), and codes nobody knows yet. First the advice for a look, then for an order.
    /// </summary>
    public static TheoryData<int, string, string, HetznerAdvice, HetznerAdvice> Table => new()
    {
        { 400, "json_error", "", Stop, Stop },
        { 401, "unauthorized", "", Stop, Stop },
        { 401, "token_readonly", "", Stop, Stop },
        { 403, "token_readonly", "", Stop, Stop },
        { 403, "forbidden", "", Stop, Stop },
        { 403, "maintenance", "", RetryLater, RetryLater },
        { 503, "maintenance", "", RetryLater, RetryLater },
        { 403, "resource_limit_exceeded", "Primary IP limit exceeded", Stop, Stop },
        { 404, "not_found", "", Stop, Stop },
        { 404, "firewall_resource_not_found", "", Stop, Stop },
        { 405, "method_not_allowed", "", Stop, Stop },
        { 409, "uniqueness_error", "server name is already used", Adopt, Adopt },
        { 409, "conflict", "", RetryNow, RetryNow },
        { 410, "deprecated_api_endpoint", "", Stop, Stop },
        { 412, "resource_unavailable", "error during placement", TryElsewhere, TryElsewhere },
        { 412, "resource_unavailable", "server location disabled", TryElsewhere, TryElsewhere },
        { 412, "primary_ip_version_mismatch", "", Stop, Stop },
        { 422, "invalid_input", "invalid input in field 'name'", Stop, Stop },
        { 422, "invalid_input", "unsupported location for server type", TryElsewhere, TryElsewhere },
        { 422, "service_error", "", RetryLater, RetryLater },
        { 422, "unsupported_error", "", Stop, Stop },
        { 422, "placement_error", "", TryElsewhere, TryElsewhere },
        { 422, "no_space_left_in_location", "", TryElsewhere, TryElsewhere },
        { 422, "already_in_placement_group", "", Stop, Stop },
        { 422, "firewall_already_applied", "", Stop, Stop },
        { 422, "firewall_managed_by_label_selector", "", Stop, Stop },
        { 422, "incompatible_network_type", "", Stop, Stop },
        { 422, "invalid_server_type", "", Stop, Stop },
        { 422, "ip_not_available", "", Stop, Stop },
        { 422, "must_be_unassigned", "", Stop, Stop },
        { 422, "networks_overlap", "", Stop, Stop },
        { 422, "no_subnet_available", "", Stop, Stop },
        { 422, "primary_ip_already_assigned", "", Stop, Stop },
        { 422, "primary_ip_assigned", "", Stop, Stop },
        { 422, "primary_ip_datacenter_mismatch", "", Stop, Stop },
        { 422, "private_net_only_server", "", Stop, Stop },
        { 422, "resource_in_use", "", Stop, Stop },
        { 422, "server_already_added", "", Stop, Stop },
        { 422, "server_already_attached", "", Stop, Stop },
        { 422, "server_has_ipv4", "", Stop, Stop },
        { 422, "server_has_ipv6", "", Stop, Stop },
        { 422, "server_is_load_balancer_target", "", Stop, Stop },
        { 422, "server_not_stopped", "", Stop, Stop },
        { 422, "volume_already_attached", "", Stop, Stop },
        { 422, "vswitch_id_already_used", "", Stop, Stop },
        { 423, "locked", "", RetryLater, RetryLater },
        { 423, "resource_locked", "", RetryLater, RetryLater },
        { 423, "protected", "", Stop, Stop },
        { 429, "rate_limit_exceeded", "", RetryLater, RetryLater },
        { 500, "server_error", "", RetryLater, Adopt },
        { 500, "unknown_error", "", RetryLater, Adopt },
        { 502, "bad_gateway", "", RetryLater, Adopt },
        { 503, "unavailable", "", RetryLater, Adopt },
        { 503, "robot_unavailable", "", RetryLater, Adopt },
        { 504, "timeout", "", RetryLater, Adopt },
        { 302, "", "", Stop, Stop },
        { 400, "", "", Stop, Stop },
        { 401, "", "", Stop, Stop },
        { 403, "", "", Stop, Stop },
        { 404, "", "", Stop, Stop },
        { 408, "", "", RetryLater, Adopt },
        { 409, "", "", Stop, Stop },
        { 412, "", "", Stop, Stop },
        { 423, "", "", RetryLater, RetryLater },
        { 429, "", "", RetryLater, RetryLater },
        { 500, "", "", RetryLater, Adopt },
        { 502, "", "", RetryLater, Adopt },
        { 503, "", "", RetryLater, Adopt },
        { 504, "", "", RetryLater, Adopt },
        { 422, "brand_new_in_2027", "", Stop, Stop },
        { 503, "brand_new_in_2027", "", RetryLater, Adopt },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public async Task Every_failure_says_what_a_program_should_do_about_it(int status, string code, string message, HetznerAdvice look, HetznerAdvice order)
    {
        var body = code.Length == 0
            ? "<html><body>An HTML page</body></html>"
            : $$"""{"error":{"code":"{{code}}","message":"{{message}}","details":null} }""";
        using var arranged = new Arrange(
            o => o.MaxAttempts = 1,
            new ScriptedExchange("GET", "/v1/servers/42", (HttpStatusCode)status, body),
            new ScriptedExchange("POST", "/v1/servers/42/actions/poweron", (HttpStatusCode)status, body));

        var looked = await Should.ThrowAsync<HetznerException>(() => arranged.Client.Servers.GetAsync(42));
        var ordered = await SteppedClockFailureAsync(arranged);

        looked.Advice.ShouldBe(look);
        ordered.Advice.ShouldBe(order);
        Consistent(looked, HttpMethod.Get);
        Consistent(ordered, HttpMethod.Post);
    }

    [Theory]
    [InlineData("timeout", true, Adopt)]
    [InlineData("connection_failed", true, Adopt)]
    [InlineData("connection_failed", false, RetryLater)]
    public async Task A_lost_answer_is_judged_by_whether_the_request_can_have_arrived(string code, bool arrived, HetznerAdvice order)
    {
        Exception lost = code == "timeout"
            ? new TimeoutException("slow")
            : new HttpRequestException(arrived ? HttpRequestError.ResponseEnded : HttpRequestError.ConnectionError, "lost");
        using var arranged = new Arrange(
            o => o.MaxAttempts = 1,
            new ScriptedExchange("GET", "/v1/servers/42", HttpStatusCode.OK) { Throws = lost },
            new ScriptedExchange("POST", "/v1/servers/42/actions/poweron", HttpStatusCode.OK) { Throws = lost });

        (await Should.ThrowAsync<HetznerException>(() => arranged.Client.Servers.GetAsync(42))).Advice.ShouldBe(RetryLater);
        (await Should.ThrowAsync<HetznerException>(() => arranged.Client.Servers.PowerOnAsync(42))).Advice.ShouldBe(order);
    }

    private static Task<HetznerException> SteppedClockFailureAsync(Arrange arranged) => Task.FromResult(
        Should.Throw<HetznerException>(() => arranged.Run(() => arranged.Client.Servers.PowerOnAsync(42))));

    /// <summary>What the client repeats by itself must not be called hopeless, and what may have happened must not be repeated blindly.</summary>
    private static void Consistent(HetznerException e, HttpMethod method)
    {
        if (RetryPolicy.ShouldRetry(method, e.Status, e.Code, mayHaveArrived: true))
        {
            e.Advice.ShouldBeOneOf(RetryNow, RetryLater);
        }

        if (e.IsOutcomeUnknown)
        {
            e.Advice.ShouldBe(Adopt);
        }
    }
}
