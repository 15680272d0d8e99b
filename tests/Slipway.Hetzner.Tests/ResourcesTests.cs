using System.Net;
using Slipway.Testing;
using static Slipway.Hetzner.Tests.Arrange;

namespace Slipway.Hetzner.Tests;

public sealed class ResourcesTests
{
    private const string Key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMIFCv0PHwzxzL44j8VWzKYlRbLMwOMVucznIN2wtemf somebody@example";
    private static readonly string Fingerprint = SshKeysClient.FingerprintOf(Key);
    private static readonly string ByFingerprint = $"/ssh_keys?fingerprint={Uri.EscapeDataString(Fingerprint)}";
    private static readonly CreateFirewallRequest Wanted = new()
    {
        Name = "slipway",
        Rules = [new FirewallRule { Direction = "in", Protocol = "tcp", Port = "22", SourceIps = ["0.0.0.0/0"] }],
    };

    private static ScriptedExchange Keys(string path, params string[] keys) => Ok("GET", path, $$"""{"ssh_keys":[{{string.Join(',', keys)}}]}""");

    private static ScriptedExchange Firewalls(params string[] firewalls) =>
        Ok("GET", "/firewalls?name=slipway", $$"""{"firewalls":[{{string.Join(',', firewalls)}}]}""");

    [Fact]
    public void A_fingerprint_is_the_MD5_of_the_keys_bytes_as_ssh_keygen_prints_it()
    {
        // ssh-keygen -l -E md5 -f key.pub
        Fingerprint.ShouldBe("3c:11:11:af:fe:7c:37:bf:6b:13:4c:33:d2:49:b2:0f");
        Should.Throw<ArgumentException>(() => SshKeysClient.FingerprintOf("-----BEGIN OPENSSH PRIVATE KEY-----"));
        Should.Throw<ArgumentException>(() => SshKeysClient.FingerprintOf("ssh-ed25519"));
    }

    [Fact]
    public async Task H5_a_key_is_added_read_listed_and_deleted()
    {
        using var arranged = new Arrange(
            Ok("POST", "/ssh_keys", $$"""{"ssh_key":{{Json.SshKey(3, "laptop", Fingerprint)}}}""", HttpStatusCode.Created) with
            {
                Inspect = (_, body) => body.ShouldContain("\"name\":\"laptop\",\"public_key\":\"ssh-ed25519 AAAA"),
            },
            Ok("GET", "/ssh_keys/3", $$"""{"ssh_key":{{Json.SshKey(3, "laptop", Fingerprint)}}}"""),
            Keys("/ssh_keys?page=1&per_page=50", Json.SshKey(3, "laptop", Fingerprint)),
            new ScriptedExchange("DELETE", "/v1/ssh_keys/3", HttpStatusCode.NoContent),
            Refuse("DELETE", "/ssh_keys/3", 404, "not_found"));
        var keys = arranged.Client.SshKeys;

        (await keys.CreateAsync("laptop", Key)).Id.ShouldBe(3);
        (await keys.GetAsync(3)).Fingerprint.ShouldBe(Fingerprint);
        await foreach (var key in keys.ListAsync())
        {
            key.Name.ShouldBe("laptop");
        }

        (await keys.DeleteAsync(3)).ShouldBeTrue();
        (await keys.DeleteAsync(3)).ShouldBeFalse();
    }

    [Fact]
    public async Task H5_a_key_that_is_there_under_another_name_is_used()
    {
        using var arranged = new Arrange(
            Refuse("POST", "/ssh_keys", 409, "uniqueness_error", "SSH key not unique"),
            Keys(ByFingerprint, Json.SshKey(3, "somebodys", Fingerprint)));

        (await arranged.Client.SshKeys.GetOrCreateAsync("laptop", Key)).Id.ShouldBe(3);
    }

    [Fact]
    public async Task H5_a_name_that_belongs_to_another_key_is_an_error_and_not_that_key()
    {
        using var arranged = new Arrange(
            Refuse("POST", "/ssh_keys", 409, "uniqueness_error", "SSH key name is already used"),
            Keys(ByFingerprint),
            Keys("/ssh_keys?name=laptop", Json.SshKey(4, "laptop", "00:11")));

        var e = await Should.ThrowAsync<HetznerException>(() => arranged.Client.SshKeys.GetOrCreateAsync("laptop", Key));

        (e.Code, e.CorrelationId).ShouldBe(("uniqueness_error", "c0ffee"));
        e.Message.ShouldContain("belongs to another key (00:11, id 4)");
    }

    [Fact]
    public async Task H5_a_firewall_is_made_first_and_looked_up_only_when_its_name_is_taken()
    {
        using var arranged = new Arrange(
            Ok("POST", "/firewalls", $$"""{"firewall":{{Json.Firewall()}},"actions":[]}""", HttpStatusCode.Created) with
            {
                Inspect = (_, body) => body.ShouldBe(
                    """{"name":"slipway","rules":[{"direction":"in","protocol":"tcp","port":"22","source_ips":["0.0.0.0/0"],"destination_ips":[]}]}"""),
            },
            Refuse("POST", "/firewalls", 409, "uniqueness_error", "name is already used"),
            Firewalls(Json.Firewall(6, "slipway-2"), Json.Firewall(5)));

        (await arranged.Client.Firewalls.GetOrCreateAsync(Wanted)).Id.ShouldBe(5);
        var found = await arranged.Client.Firewalls.GetOrCreateAsync(Wanted);

        found.Id.ShouldBe(5);
        found.Rules.ShouldHaveSingleItem().SourceIps.ShouldBe(["0.0.0.0/0", "::/0"]);
        found.AppliedTo[0].Server!.Id.ShouldBe(42);
        found.AppliedTo[1].Type.ShouldBe("galaxy");
    }

    [Fact]
    public async Task H5_a_firewall_deleted_between_clash_and_look_up_is_made_once_more_and_no_further()
    {
        using var arranged = new Arrange(
            Refuse("POST", "/firewalls", 409, "uniqueness_error"), Firewalls(),
            Refuse("POST", "/firewalls", 409, "uniqueness_error"));

        await Should.ThrowAsync<HetznerException>(() => arranged.Client.Firewalls.GetOrCreateAsync(Wanted));

        arranged.Http.ShouldBeFinished();
    }

    [Fact]
    public async Task H5_a_firewall_whose_answer_was_lost_is_found_and_not_made_twice()
    {
        using var arranged = new Arrange(
            new ScriptedExchange("POST", "/v1/firewalls", HttpStatusCode.GatewayTimeout, ""),
            Firewalls(Json.Firewall()));

        (await arranged.Client.Firewalls.GetOrCreateAsync(Wanted)).Id.ShouldBe(5);
    }

    [Fact]
    public async Task Firewalls_are_read_listed_changed_and_deleted()
    {
        using var arranged = new Arrange(
            Ok("GET", "/firewalls/5", $$"""{"firewall":{{Json.Firewall()}}}"""),
            Refuse("GET", "/firewalls/6", 404, "not_found"),
            Ok("GET", "/firewalls?label_selector=app&page=1&per_page=50", $$"""{"firewalls":[{{Json.Firewall()}}]}"""),
            Ok("POST", "/firewalls/5/actions/set_rules", Json.Actions(Json.Action(1, "set_firewall_rules"), Json.Action(2, "apply_firewall")), HttpStatusCode.Created)
                with
            { Inspect = (_, body) => body.ShouldBe("""{"rules":[]}""") },
            new ScriptedExchange("DELETE", "/v1/firewalls/5", HttpStatusCode.NoContent),
            Refuse("DELETE", "/firewalls/5", 404, "not_found"),
            Refuse("DELETE", "/firewalls/5", 422, "resource_in_use"));
        var firewalls = arranged.Client.Firewalls;

        (await firewalls.GetAsync(5)).Name.ShouldBe("slipway");
        (await firewalls.FindAsync(6)).ShouldBeNull();
        await foreach (var firewall in firewalls.ListAsync(LabelSelector.Having("app")))
        {
            firewall.Id.ShouldBe(5);
        }

        (await firewalls.SetRulesAsync(5, [])).Count.ShouldBe(2);
        (await firewalls.DeleteAsync(5)).ShouldBeTrue();
        (await firewalls.DeleteAsync(5)).ShouldBeFalse();
        (await Should.ThrowAsync<HetznerException>(() => firewalls.DeleteAsync(5))).Code.ShouldBe("resource_in_use");
    }

    [Fact]
    public async Task The_catalogue_says_what_there_is_where_and_for_how_much()
    {
        const string OldImage = """{"id":1,"type":"system","status":"available","name":"debian-12","architecture":"x86","created":"2023-06-13T06:00:02Z","deprecated":null,"image_size":null,"disk_size":5}""";
        const string NewImage = """{"id":2,"type":"system","status":"available","name":"debian-12","architecture":"x86","created":"2026-06-13T06:00:02+00:00","image_size":2.3,"disk_size":5}""";
        using var arranged = new Arrange(
            Ok("GET", "/server_types?name=cx23", $$"""{"server_types":[{{Json.ServerType}}]}"""),
            Ok("GET", "/server_types/114", $$"""{"server_type":{{Json.ServerType}}}"""),
            Ok("GET", "/locations?page=1&per_page=50", $$"""{"locations":[{{Json.Location}}]}"""),
            Ok("GET", "/images?name=debian-12&architecture=x86", $$"""{"images":[{{OldImage}},{{NewImage}}]}"""),
            Ok("GET", "/images?type=snapshot&label_selector=app&page=1&per_page=50", """{"images":[]}"""),
            Ok("GET", "/pricing", """
                {"pricing":{"currency":"EUR","vat_rate":"19.00","server_types":[{"id":114,"name":"cx23","prices":[{"location":"nbg1",
                 "price_hourly":{"net":"0.0056000000000000","gross":"0.0066640000000000"},"price_monthly":{"net":"3.49","gross":"4.1531"}}]}],
                 "primary_ips":[{"type":"ipv4","prices":[{"location":"nbg1","price_hourly":{"net":"0.0008","gross":"0.00095200"},"price_monthly":{"net":"0.5","gross":"0.595"}}]}],
                 "volume":{"price_per_gb_month":{"net":"0.044","gross":"0.05236"} },"server_backup":{"percentage":"20.0000000000"} } }
                """));
        var client = arranged.Client;

        var type = (await client.ServerTypes.FindByNameAsync("cx23"))!;
        (type.Cores, type.Memory, type.Disk).ShouldBe((2, 4m, 40m));
        (await client.ServerTypes.GetAsync(114)).Locations[1].Deprecation!.UnavailableAfter.ShouldBe(new DateTimeOffset(2026, 4, 1, 0, 0, 0, TimeSpan.Zero));
        await foreach (var location in client.Locations.ListAsync())
        {
            location.NetworkZone.ShouldBe("eu-central");
        }

        (await client.Images.FindByNameAsync("debian-12"))!.Id.ShouldBe(2);
        await foreach (var _ in client.Images.ListAsync("snapshot", LabelSelector.Having("app")))
        {
            throw new InvalidOperationException("there is none");
        }

        var pricing = await client.Pricing.GetAsync();
        (pricing.VatRate, pricing.ServerTypes[0].Prices[0].PriceHourly.Gross).ShouldBe((19m, 0.006664m));
        pricing.PrimaryIps[0].Prices[0].PriceMonthly.ShouldBe(new Price(0.5m, 0.595m));
        (pricing.Volume!.PricePerGbMonth!.Net, pricing.ServerBackup!.Percentage).ShouldBe((0.044m, 20m));
        arranged.Http.ShouldBeFinished();
    }
}
