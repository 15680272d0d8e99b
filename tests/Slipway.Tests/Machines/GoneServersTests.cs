using System.Globalization;
using System.Net;
using Slipway.Hetzner;
using Slipway.Machines;
using Slipway.Secrets;
using Slipway.Storage;
using Slipway.Testing;
using Slipway.Tests.Storage;

namespace Slipway.Tests.Machines;

public sealed class GoneServersTests() : StoreSuite(new SqliteStore())
{
    private const string Running = "running";
    private const string Success = "success";

    private const string NotThere = """{"error":{"code":"not_found","message":"server not found"}}""";

    [Fact]
    public async Task A_server_that_goes_alone_is_asked_about_by_id()
    {
        var http = new ScriptedHttp(new ScriptedExchange("GET", "/v1/servers/1", HttpStatusCode.NotFound, NotThere));

        (await LookAsync(http, [1])).ShouldBe([true]);

        http.ShouldBeFinished();
    }

    [Fact]
    public async Task A_server_that_goes_alone_and_is_still_there_is_not_gone()
    {
        var http = new ScriptedHttp(new ScriptedExchange("GET", "/v1/servers/1", HttpStatusCode.OK, $$"""{"server":{{Server(1)}}}"""));

        (await LookAsync(http, [1])).ShouldBe([false]);
    }

    [Fact]
    public async Task Servers_that_go_together_are_seen_gone_with_two_requests()
    {
        var http = new ScriptedHttp(Actions((1, Success), (2, Success), (3, Success)), List([1, 2, 3], there: []));

        (await LookAsync(http, [1, 2, 3])).ShouldBe([true, true, true]);

        http.ShouldBeFinished();
    }

    [Fact]
    public async Task Whose_deletion_has_not_succeeded_is_not_gone_though_no_list_would_show_it()
    {
        var http = new ScriptedHttp(Actions((1, Success), (2, Running), (3, "error")), List([1], there: []));

        (await LookAsync(http, [1, 2, 3])).ShouldBe([true, false, false]);

        http.ShouldBeFinished();
    }

    [Fact]
    public async Task Who_is_still_listed_is_not_gone_though_its_deletion_succeeded()
    {
        var http = new ScriptedHttp(Actions((1, Success), (2, Success)), List([1, 2], there: [2]));

        (await LookAsync(http, [1, 2])).ShouldBe([true, false]);
    }

    [Fact]
    public async Task A_deletion_that_Hetzner_does_not_know_proves_nothing()
    {
        var http = new ScriptedHttp(Actions((2, Success)) with { PathAndQuery = "/v1/actions?id=101&id=102" }, List([2], there: []));

        (await LookAsync(http, [1, 2])).ShouldBe([false, true]);
    }

    [Fact]
    public async Task The_twenty_fifth_has_them_asked_at_once_and_the_next_begins_anew()
    {
        var ids = Enumerable.Range(1, 25).ToArray();
        var http = new ScriptedHttp(
            Actions([.. ids.Select(id => (id, Success))]),
            List(ids, there: []),
            new ScriptedExchange("GET", "/v1/servers/26", HttpStatusCode.NotFound, NotThere));
        var gone = await GoneAsync(http);

        var first = ids.Select(id => AskAsync(gone, id)).ToList();
        var next = AskAsync(gone, 26);

        (await Task.WhenAll(first)).ShouldAllBe(isGone => isGone);
        next.IsCompleted.ShouldBeFalse("nobody else has come, and its moment is not over");
        Time.Advance(TimeSpan.FromSeconds(1));
        (await next).ShouldBeTrue();
    }

    [Fact]
    public async Task A_look_that_fails_fails_for_all_who_share_it_and_for_nobody_after()
    {
        var http = new ScriptedHttp(
            new ScriptedExchange("GET", "/v1/actions?id=101&id=102", HttpStatusCode.Forbidden, """{"error":{"code":"forbidden","message":"no"}}"""),
            new ScriptedExchange("GET", "/v1/servers/1", HttpStatusCode.NotFound, NotThere));
        var gone = await GoneAsync(http);
        var both = new[] { AskAsync(gone, 1), AskAsync(gone, 2) };
        Time.Advance(TimeSpan.FromSeconds(1));
        foreach (var one in both)
        {
            (await Should.ThrowAsync<HetznerException>(one)).Code.ShouldBe("forbidden");
        }

        var again = AskAsync(gone, 1);
        Time.Advance(TimeSpan.FromSeconds(1));

        (await again).ShouldBeTrue();
    }

    [Fact]
    public async Task Who_gives_up_takes_nobody_with_it()
    {
        var gone = await GoneAsync(new ScriptedHttp(Actions((1, Success), (2, Success)), List([1, 2], there: [])));
        using var impatience = new CancellationTokenSource();
        var one = gone.IsGoneAsync(Deleted(1), impatience.Token);
        var other = AskAsync(gone, 2);

        await impatience.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(one);
        Time.Advance(TimeSpan.FromSeconds(1));

        (await other).ShouldBeTrue();
    }

    private async Task<bool[]> LookAsync(ScriptedHttp http, int[] ids)
    {
        var gone = await GoneAsync(http);
        var answers = ids.Select(id => AskAsync(gone, id)).ToList();
        Time.Advance(TimeSpan.FromSeconds(1));
        return await Task.WhenAll(answers);
    }

    private async Task<GoneServers> GoneAsync(ScriptedHttp http)
    {
        await Database.WriteAsync(transaction => Settings.SetAsync(transaction, "control-plane-id", "cp-1"));
        var keys = new KeyRing(MasterKey.Create());
        var controlPlane = new ControlPlane(new Settings(Database), new IdSource(new Entropy()), keys);
        return new GoneServers(new HetznerClient(new HetznerOptions { Token = "token" }, http, Time, random: () => 0), controlPlane, Time);
    }

    private static Task<bool> AskAsync(GoneServers gone, int id) => gone.IsGoneAsync(Deleted(id), CancellationToken.None);

    private static DeletedServer Deleted(int id) => new(id, $"agt-{id}", 100 + id);

    private static ScriptedExchange Actions(params (int Id, string Status)[] deletions) => new(
        "GET",
        "/v1/actions?" + string.Join('&', deletions.Select(d => $"id={100 + d.Id}")),
        HttpStatusCode.OK,
        $$"""{"actions":[{{string.Join(',', deletions.Select(d => Action(d.Id, d.Status)))}}]}""");

    private static string Action(int id, string status) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""{"id":{{100 + id}},"command":"delete_server","status":"{{status}}","progress":100,"started":"2026-11-21T09:00:00Z","finished":null,"resources":[],"error":null}""");

    private static ScriptedExchange List(int[] asked, int[] there)
    {
        var selector = Uri.EscapeDataString($"slipway-control-plane=cp-1,slipway-agent in ({string.Join(',', asked.Select(id => $"agt-{id}"))})");
        return new(
            "GET",
            $"/v1/servers?label_selector={selector}&page=1&per_page=50",
            HttpStatusCode.OK,
            $$"""{"servers":[{{string.Join(',', there.Select(Server))}}]}""");
    }

    private static string Server(int id) => string.Create(CultureInfo.InvariantCulture, $$"""{"id":{{id}},"name":"s","status":"deleting","created":"2026-11-21T09:00:00Z","labels":{ } }""");
}
