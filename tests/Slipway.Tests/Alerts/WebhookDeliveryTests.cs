using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Slipway.Alerts;
using Slipway.Alerts.Webhooks;
using Slipway.Storage;
using Slipway.Testing;
using Slipway.Tests.Operations;
using Slipway.Tests.Storage;

namespace Slipway.Tests.Alerts;

/// <summary>What leaves the outbox, when, and how it is signed; on both databases.</summary>
public abstract class WebhookDeliveryTests(ITestStore store) : StoreSuite(store)
{
    private static readonly AlertReport Report = new("paid:agt-1", AlertSeverity.Critical, "agt-1", "Paid, and nothing is there.", "Refund it.");

    private readonly AlertsOptions _options = new() { WebhookUrl = new Uri("https://watch.example.com/alerts"), WebhookSecret = TestWebhook.Secret };
    private readonly IdSource _ids = new(new SeededEntropy());

    [Fact]
    public void A_signature_is_the_one_that_Standard_Webhooks_shows() =>
        WebhookSignature.Sign(WebhookSignature.ParseSecret(TestWebhook.Secret)!, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, """{"test": 2432232314}""")
            .ShouldBe("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");

    [Fact]
    public async Task A_message_is_posted_once_signed_and_says_what_happened_and_what_to_do()
    {
        HttpRequestMessage? sent = null;
        var body = "";
        var http = new ScriptedHttp(new ScriptedExchange("POST", "/alerts", HttpStatusCode.NoContent)
        {
            Inspect = (request, text) => (sent, body) = (request, text),
        });
        var alert = await RaiseAsync();

        await DeliverAsync(http);
        await DeliverAsync(http);

        http.ShouldBeFinished();
        string Header(string name) => sent!.Headers.GetValues(name).Single();
        Header("webhook-timestamp").ShouldBe(Time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        Header("webhook-signature").ShouldBe(
            WebhookSignature.Sign(WebhookSignature.ParseSecret(TestWebhook.Secret)!, Header("webhook-id"), Time.GetUtcNow().ToUnixTimeSeconds(), body));
        var message = JsonNode.Parse(body)!;
        ((string)message["type"]!).ShouldBe("alert.raised");
        ((string)message["data"]!["id"]!).ShouldBe(alert.Id);
        ((string)message["data"]!["severity"]!).ShouldBe("critical");
        ((string)message["data"]!["whatToDo"]!).ShouldBe("Refund it.");
        body.ShouldNotContain("whsec");
    }

    [Fact]
    public async Task What_is_not_taken_is_sent_again_after_doubling_pauses_with_one_id_for_a_day()
    {
        var ids = new HashSet<string>();
        var at = new List<TimeSpan>();
        var start = Time.GetUtcNow();
        var refusal = new ScriptedExchange("POST", "/alerts", HttpStatusCode.BadGateway)
        {
            Inspect = (request, _) =>
            {
                ids.Add(request.Headers.GetValues("webhook-id").Single());
                at.Add(Time.GetUtcNow() - start);
            },
        };
        var http = new ScriptedHttp([.. Enumerable.Repeat(refusal, 14)]);
        await RaiseAsync();

        // Looked at far more often than it is due, for two days.
        for (var look = 0; look < 2 * 24 * 360; look++)
        {
            await DeliverAsync(http);
            Time.Advance(TimeSpan.FromSeconds(10));
        }

        http.ShouldBeFinished();
        ids.ShouldHaveSingleItem();
        at.ShouldBe(Enumerable.Range(0, 14).Select(n => TimeSpan.FromSeconds(10 * (Math.Pow(2, n) - 1))));
        (await Database.FirstOrDefaultAsync<string>("SELECT error FROM outbox WHERE due_at IS NULL AND delivered_at IS NULL"))!.ShouldContain("502");
    }

    [Fact]
    public async Task A_try_that_died_with_its_process_is_made_again()
    {
        await RaiseAsync();
        var dying = new ScriptedHttp(new ScriptedExchange("POST", "/alerts", HttpStatusCode.OK) { Throws = new InvalidOperationException("killed") });
        await Should.ThrowAsync<InvalidOperationException>(() => DeliverAsync(dying));

        var next = new ScriptedHttp(new ScriptedExchange("POST", "/alerts", HttpStatusCode.OK));
        await DeliverAsync(next);
        next.Requests.ShouldBeEmpty("its pause is not over");
        Time.Advance(WebhookOutbox.FirstPause);
        await DeliverAsync(next);

        next.ShouldBeFinished();
        (await CountAsync("outbox WHERE delivered_at IS NOT NULL")).ShouldBe(1);
    }

    [Theory]
    [InlineData(HttpStatusCode.Found)]
    [InlineData(HttpStatusCode.Gone)]
    public async Task Only_a_success_is_one(HttpStatusCode status)
    {
        await RaiseAsync();
        await DeliverAsync(new ScriptedHttp(new ScriptedExchange("POST", "/alerts", status)));

        (await CountAsync("outbox WHERE due_at IS NOT NULL AND delivered_at IS NULL")).ShouldBe(1);
    }

    [Fact]
    public async Task Without_an_address_nothing_is_written_to_send()
    {
        _options.WebhookUrl = null;
        await RaiseAsync();

        (await CountAsync("outbox")).ShouldBe(0);
    }

    [Theory]
    [InlineData("https://watch.example.com/", null, "belong together")]
    [InlineData(null, TestWebhook.Secret, "belong together")]
    [InlineData("https://watch.example.com/", "whsec_c2hvcnQ=", "24 to 64 bytes")]
    [InlineData("https://watch.example.com/", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_")]
    [InlineData("ftp://watch.example.com/", TestWebhook.Secret, "http(s)")]
    [InlineData("https://user:password@watch.example.com/", TestWebhook.Secret, "http(s)")]
    [InlineData("https://watch.example.com/", TestWebhook.Secret, null)]
    [InlineData(null, null, null)]
    public void An_address_and_a_good_secret_go_together_or_the_server_does_not_start(string? url, string? secret, string? problem)
    {
        var options = new AlertsOptions { WebhookUrl = url is null ? null : new Uri(url), WebhookSecret = secret };

        var problems = options.Validate(new ValidationContext(options)).Select(p => p.ErrorMessage!).ToList();

        problems.Count.ShouldBe(problem is null ? 0 : 1);
        problems.ShouldAllBe(p => p.Contains(problem!, StringComparison.Ordinal));
        problems.ShouldAllBe(p => secret == null || !p.Contains(secret, StringComparison.Ordinal), "logs are public");
    }

    private Task<Alert> RaiseAsync() => Database.WriteAsync(t => new AlertStore(Database, Outbox(), _ids, Time).RaiseAsync(t, Report));

    private async Task DeliverAsync(ScriptedHttp http)
    {
        using var sender = new AlertsHttp(http, Time);
        using var delivery = new WebhookDelivery(Outbox(), _options, sender, Time, NullLogger<WebhookDelivery>.Instance);
        await delivery.DeliverDueAsync(CancellationToken.None);
    }

    private WebhookOutbox Outbox() => new(Database, _options, _ids, Time);
}

public sealed class WebhookDeliveryOnSqliteTests() : WebhookDeliveryTests(new SqliteStore());

[Collection(PostgresTests.Name)]
public sealed class WebhookDeliveryOnPostgresTests(PostgresServer server) : WebhookDeliveryTests(new PostgresStore(server));
