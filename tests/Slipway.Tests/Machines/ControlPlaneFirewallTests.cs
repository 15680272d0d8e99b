using System.Net;
using Slipway.Hetzner;
using Slipway.Machines;
using Slipway.Secrets;
using Slipway.Storage;
using Slipway.Testing;
using Slipway.Tests.Storage;

namespace Slipway.Tests.Machines;

public sealed class ControlPlaneFirewallTests() : StoreSuite(new SqliteStore())
{
    private const string Ours = """{"id":7,"name":"slipway-cp-1","labels":{"slipway-control-plane":"cp-1"},"rules":[],"applied_to":[],"created":"2026-11-21T09:00:00Z"}""";

    [Fact]
    public async Task O5_A_firewall_whose_maker_died_before_it_heard_the_id_is_found_by_its_name_and_taken_away()
    {
        await ShouldDieAsync(With(new ScriptedExchange("POST", "/v1/firewalls", HttpStatusCode.Created) { Throws = new ProcessDiedException() }));
        var http = new ScriptedHttp(
            new ScriptedExchange("GET", "/v1/firewalls?name=slipway-cp-1", HttpStatusCode.OK, $$"""{"firewalls":[{{Ours}}]}"""),
            new ScriptedExchange("DELETE", "/v1/firewalls/7", HttpStatusCode.NoContent));

        await RemoveAsync(http);
        await RemoveAsync(http);

        http.ShouldBeFinished();
    }

    [Fact]
    public async Task T21_A_strangers_firewall_of_our_name_stays()
    {
        await ShouldDieAsync(With(new ScriptedExchange("POST", "/v1/firewalls", HttpStatusCode.Created) { Throws = new ProcessDiedException() }));
        var http = new ScriptedHttp(new ScriptedExchange(
            "GET", "/v1/firewalls?name=slipway-cp-1", HttpStatusCode.OK, $$"""{"firewalls":[{{Ours.Replace("cp-1\"}", "cp-2\"}", StringComparison.Ordinal)}}]}"""));

        await RemoveAsync(http);

        http.ShouldBeFinished();
    }

    [Fact]
    public async Task Where_none_was_ever_made_nothing_is_asked()
    {
        var http = new ScriptedHttp();

        await RemoveAsync(http);

        http.Requests.ShouldBeEmpty();
    }

    private static ScriptedHttp With(ScriptedExchange exchange) => new(exchange);

    private async Task ShouldDieAsync(ScriptedHttp http)
    {
        await Database.WriteAsync(transaction => Settings.SetAsync(transaction, "control-plane-id", "cp-1"));
        await Should.ThrowAsync<ProcessDiedException>(() => RunAsync(http, firewall => firewall.EnsureAsync(CancellationToken.None)));
    }

    private Task RemoveAsync(ScriptedHttp http) => RunAsync(http, firewall => firewall.RemoveAsync(CancellationToken.None));

    private async Task RunAsync(ScriptedHttp http, Func<ControlPlaneFirewall, Task> act)
    {
        using var hetzner = new HetznerClient(new HetznerOptions { Token = "token" }, http, Time, random: () => 0);
        var keys = new KeyRing(MasterKey.Create());
        var settings = new Settings(Database);
        var controlPlane = new ControlPlane(settings, new IdSource(new Entropy()), keys);
        using var firewall = new ControlPlaneFirewall(
            hetzner, controlPlane, new MachinesOptions { PublicUrl = new Uri("http://control-plane.test/"), ControlPlaneAddresses = { "192.0.2.1/32" } }, settings, Database);
        await act(firewall);
    }

    private sealed class ProcessDiedException : Exception;
}
