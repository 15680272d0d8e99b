using Microsoft.Extensions.Logging.Abstractions;
using Slipway.Alerts;
using Slipway.Alerts.Webhooks;
using Slipway.Machines;
using Slipway.Operations;
using Slipway.Storage;
using Slipway.Tests.Operations;
using Slipway.Tests.Storage;

namespace Slipway.Tests.Alerts;

/// <summary>One open alert for one cause, with its webhook in the same transaction, on both databases.</summary>
public abstract class AlertStoreTests(ITestStore store) : StoreSuite(store)
{
    private static readonly AlertReport Report = new("stuck:op-1", AlertSeverity.Critical, "agt-1", "It cannot be removed.", "Remove it by hand.");

    private AlertStore _alerts = null!;
    private WebhookOutbox _outbox = null!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        var ids = new IdSource(new SeededEntropy());
        var options = new AlertsOptions { WebhookUrl = new Uri("http://127.0.0.1/"), WebhookSecret = TestWebhook.Secret };
        _outbox = new WebhookOutbox(Database, options, ids, Time);
        _alerts = new AlertStore(Database, _outbox, ids, Time);
    }

    [Fact]
    public async Task The_same_cause_again_counts_in_the_alert_that_is_open()
    {
        var first = await RaiseAsync(Report);
        Time.Advance(TimeSpan.FromMinutes(1));
        var second = await RaiseAsync(Report with { What = "It still cannot be removed." });
        await RaiseAsync(Report with { Cause = "stuck:op-2" });

        second.ShouldBe(first with { Count = 2, LastAt = Time.GetUtcNow(), What = "It still cannot be removed." });
        (await _alerts.FindOpenAsync("stuck:op-1")).ShouldBe(second);
        (await _alerts.ListAsync(all: false, 10)).Count.ShouldBe(2);
        (await CountAsync("outbox")).ShouldBe(2, "that it goes on is no second message");
    }

    [Fact]
    public async Task A_resolved_alert_stays_resolved_and_the_same_cause_later_is_a_new_one()
    {
        var first = await RaiseAsync(Report);
        Time.Advance(TimeSpan.FromMinutes(1));
        await Database.WriteAsync(t => _alerts.ResolveAsync(t, Report.Cause));
        await Database.WriteAsync(t => _alerts.ResolveAsync(t, Report.Cause));
        (await _alerts.ListAsync(all: false, 10)).ShouldBeEmpty();

        Time.Advance(TimeSpan.FromMinutes(1));
        var second = await RaiseAsync(Report);

        second.Id.ShouldNotBe(first.Id);
        var all = await _alerts.ListAsync(all: true, 10);
        all.Select(a => a.Id).ShouldBe([second.Id, first.Id]);
        all[1].ResolvedAt.ShouldBe(first.FirstAt + TimeSpan.FromMinutes(1));
        var messages = await Database.QueryAsync<string>("SELECT body FROM outbox ORDER BY created_at");
        messages.Count.ShouldBe(3);
        messages[0].ShouldContain("\"type\":\"alert.raised\"");
        messages[1].ShouldContain("\"type\":\"alert.resolved\"");
        messages[1].ShouldContain(first.Id);
    }

    [Fact]
    public async Task An_alert_and_its_message_are_written_with_what_they_are_about_or_not_at_all()
    {
        await Should.ThrowAsync<InvalidOperationException>(() => Database.WriteAsync(async t =>
        {
            await _alerts.RaiseAsync(t, Report);
            throw new InvalidOperationException("poison");
        }));

        (await CountAsync("alerts")).ShouldBe(0);
        (await CountAsync("outbox")).ShouldBe(0);
    }

    [Fact]
    public async Task Who_acknowledged_first_stays_and_the_alert_stays_open()
    {
        var alert = await RaiseAsync(Report);
        var at = Time.GetUtcNow();
        await Database.WriteAsync(t => _alerts.AcknowledgeAsync(t, alert.Id, "ada"));
        Time.Advance(TimeSpan.FromMinutes(1));
        var again = await Database.WriteAsync(t => _alerts.AcknowledgeAsync(t, alert.Id, "bob"));

        again.ShouldBe(alert with { AcknowledgedBy = "ada", AcknowledgedAt = at });
        (await _alerts.ListAsync(all: false, 10)).ShouldHaveSingleItem();
        (await Database.WriteAsync(t => _alerts.AcknowledgeAsync(t, "alt-none", "ada"))).ShouldBeNull();
    }

    [Fact]
    public async Task Of_two_who_raise_one_cause_at_once_both_count()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => RaiseAsync(Report))));

        (await _alerts.ListAsync(all: true, 10)).ShouldHaveSingleItem().Count.ShouldBe(8);
        (await CountAsync("outbox")).ShouldBe(1);
    }

    [Fact]
    public async Task The_first_evidence_of_an_operation_is_kept()
    {
        var evidence = new EvidenceStore(Database, Time);
        await Database.WriteAsync(t => OperationStore.InsertAsync(t, NewOperation()));
        var at = Time.GetUtcNow();
        await Database.WriteAsync(t => evidence.KeepAsync(t, "op-1", "the journal"));
        Time.Advance(TimeSpan.FromMinutes(1));
        await Database.WriteAsync(t => evidence.KeepAsync(t, "op-1", "nothing any more"));

        (await evidence.FindAsync("op-1")).ShouldBe(new Evidence { OperationId = "op-1", At = at, Text = "the journal" });
        (await evidence.FindAsync("op-2")).ShouldBeNull();
    }

    [Fact]
    public async Task What_was_over_long_ago_is_forgotten_in_small_batches_and_what_is_open_never()
    {
        await RaiseAsync(Report with { Cause = "open" });
        for (var i = 0; i < AlertPurge.Batch + 1; i++)
        {
            await RaiseAsync(Report with { Cause = $"over:{i}" });
            await Database.WriteAsync(t => _alerts.ResolveAsync(t, $"over:{i}"));
        }

        await Database.WriteAsync(t => t.ExecuteAsync("UPDATE outbox SET due_at = NULL WHERE body LIKE '%over:%'"));
        Time.Advance(TimeSpan.FromDays(89));
        await RaiseAsync(Report with { Cause = "lately" });
        await Database.WriteAsync(t => _alerts.ResolveAsync(t, "lately"));
        await PurgeAsync();
        (await CountAsync("alerts")).ShouldBe(AlertPurge.Batch + 3, "none of it is 90 days old");

        Time.Advance(TimeSpan.FromDays(2));
        await PurgeAsync();

        (await _alerts.ListAsync(all: true, 1000)).Select(a => a.Cause).ShouldBe(["lately", "open"]);
        (await Database.QueryAsync<string>("SELECT body FROM outbox WHERE created_at < @before", new { before = Time.GetUtcNow().AddDays(-80) }))
            .ShouldHaveSingleItem("it was never delivered nor given up").ShouldContain("\"cause\":\"open\"");
    }

    private Task PurgeAsync() =>
        new AlertPurge(_alerts, _outbox, new AlertsOptions(), Time, NullLogger<AlertPurge>.Instance).PurgeAsync(CancellationToken.None);

    private Task<Alert> RaiseAsync(AlertReport report) => Database.WriteAsync(t => _alerts.RaiseAsync(t, report));
}

public sealed class AlertStoreOnSqliteTests() : AlertStoreTests(new SqliteStore());

[Collection(PostgresTests.Name)]
public sealed class AlertStoreOnPostgresTests(PostgresServer server) : AlertStoreTests(new PostgresStore(server));
