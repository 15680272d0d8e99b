using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Slipway.LocalCloud.Tests.Support;

namespace Slipway.LocalCloud.Tests.Hetzner;

/// <summary>What is kept and told, and does nothing: floating IPs, load balancers, certificates.</summary>
public sealed class RecordedResourceTests
{
    [Fact]
    public async Task A_floating_ip_moves_between_servers_and_is_deleted_unassigned()
    {
        await using var cloud = await TestCloud.StartAsync();
        var first = await cloud.RunningServerAsync("agent-1");
        var second = await cloud.RunningServerAsync("agent-2");
        var made = await cloud.PostAsync("/v1/floating_ips", $$"""{"type":"ipv4","server":{{first}},"description":"front"}""");
        made.Status.ShouldBe(201, made.Text);
        var path = $"/v1/floating_ips/{made["floating_ip"]["id"]}";
        ((string?)made["action"]["command"]).ShouldBe("assign_floating_ip");

        (await cloud.PostAsync($"{path}/actions/assign", $$"""{"server":{{first}}}""")).ErrorCode.ShouldBe("floating_ip_assigned");
        (await cloud.PostAsync($"{path}/actions/assign", $$"""{"server":{{second}}}""")).Status.ShouldBe(201);
        (await cloud.GetAsync($"/v1/servers/{first}"))["server"]["public_net"]!["floating_ips"]!.AsArray().ShouldBeEmpty();
        (await cloud.GetAsync($"/v1/servers/{second}"))["server"]["public_net"]!["floating_ips"]!.AsArray().Count.ShouldBe(1);
        (await cloud.DeleteAsync(path)).ErrorCode.ShouldBe("must_be_unassigned");
        (await cloud.PostAsync($"{path}/actions/unassign")).Status.ShouldBe(201);
        (await cloud.PostAsync($"{path}/actions/change_protection", """{"delete":true}""")).Status.ShouldBe(201);
        (await cloud.DeleteAsync(path)).ErrorMessage.ShouldBe("Floating IP deletion is protected");
        (await cloud.PostAsync($"{path}/actions/change_protection", """{"delete":false}""")).Status.ShouldBe(201);
        (await cloud.DeleteAsync(path)).Status.ShouldBe(204);
        (await cloud.GetAsync(path)).Status.ShouldBe(404);
    }

    [Fact]
    public async Task A_load_balancer_keeps_what_it_is_told()
    {
        await using var cloud = await TestCloud.StartAsync();
        var server = await cloud.RunningServerAsync("agent-1");
        var network = (long)(await cloud.PostAsync(
            "/v1/networks", """{"name":"private","ip_range":"10.0.0.0/16","subnets":[{"type":"cloud","network_zone":"eu-central"}]}"""))["network"]["id"]!;
        var made = await cloud.PostAsync("/v1/load_balancers", $$$"""
            {"name":"web","load_balancer_type":"lb11","location":"fsn1","network":{{{network}}},
             "services":[{"protocol":"http","listen_port":80,"destination_port":8080,"health_check":{"protocol":"tcp","port":8080,"interval":15,"timeout":10,"retries":3}}],
             "targets":[{"type":"server","server":{"id":{{{server}}}}}]}
            """);
        made.Status.ShouldBe(201, made.Text);
        var path = $"/v1/load_balancers/{made["load_balancer"]["id"]}";

        (await cloud.PostAsync($"{path}/actions/add_service", """{"protocol":"tcp","listen_port":80}""")).ErrorCode.ShouldBe("source_port_already_used");
        (await cloud.PostAsync($"{path}/actions/update_service", """{"listen_port":80,"destination_port":9090}""")).Status.ShouldBe(201);
        (await cloud.PostAsync($"{path}/actions/add_target", $$$"""{"type":"server","server":{"id":{{{server}}}}}""")).ErrorCode.ShouldBe("target_already_defined");
        (await cloud.PostAsync($"{path}/actions/attach_to_network", $$"""{"network":{{network}}}""")).ErrorCode.ShouldBe("load_balancer_already_attached");
        (await cloud.PostAsync($"{path}/actions/change_type", """{"load_balancer_type":"lb21"}""")).Status.ShouldBe(201);
        (await cloud.PostAsync($"{path}/actions/change_algorithm", """{"type":"least_connections"}""")).Status.ShouldBe(201);
        (await cloud.PostAsync($"{path}/actions/disable_public_interface")).Status.ShouldBe(201);

        var now = (await cloud.GetAsync(path))["load_balancer"];
        ((int)now["services"]![0]!["destination_port"]!).ShouldBe(9090);
        ((int)now["services"]![0]!["health_check"]!["interval"]!).ShouldBe(15);
        ((string?)now["targets"]![0]!["health_status"]![0]!["status"]).ShouldBe("unknown");
        (await cloud.PostAsync($"{path}/actions/add_target", """{"type":"label_selector","label_selector":{"selector":"!nothing"}}""")).Status.ShouldBe(201);
        ((long)(await cloud.GetAsync(path))["load_balancer"]["targets"]![1]!["targets"]![0]!["server"]!["id"]!).ShouldBe(server);
        ((string?)now["load_balancer_type"]!["name"]).ShouldBe("lb21");
        ((string?)now["private_net"]![0]!["ip"]).ShouldBe("10.0.0.2");
        ((bool)now["public_net"]!["enabled"]!).ShouldBeFalse();
        (await cloud.GetAsync($"/v1/servers/{server}"))["server"]["load_balancers"]!.AsArray().Count.ShouldBe(1);
        (await cloud.GetAsync($"{path}/actions?sort=id:desc"))["actions"].AsArray().Count.ShouldBe(6);
        (await cloud.DeleteAsync(path)).Status.ShouldBe(204);
        (await cloud.GetAsync($"/v1/servers/{server}"))["server"]["load_balancers"]!.AsArray().ShouldBeEmpty();
        (await cloud.GetAsync("/v1/load_balancer_types?name=lb31"))["load_balancer_types"].AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_refused_load_balancer_leaves_no_trace()
    {
        await using var cloud = await TestCloud.StartAsync();
        var server = await cloud.RunningServerAsync("agent-1");

        var refused = await cloud.PostAsync("/v1/load_balancers", $$$"""
            {"name":"web","load_balancer_type":"lb11","location":"fsn1","targets":[{"type":"server","server":{"id":{{{server}}}}},{"type":"server","server":{"id":17}}]}
            """);

        refused.Status.ShouldBe(404);
        (await cloud.GetAsync("/v1/load_balancers"))["load_balancers"].AsArray().ShouldBeEmpty();
        (await cloud.GetAsync($"/v1/servers/{server}"))["server"]["load_balancers"]!.AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task An_uploaded_certificate_tells_what_it_is_for_and_never_its_key()
    {
        await using var cloud = await TestCloud.StartAsync();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=example.com", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("www.example.com");
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2027, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var pem = JsonEncodedText.Encode(certificate.ExportCertificatePem());
        var secret = JsonEncodedText.Encode(key.ExportPkcs8PrivateKeyPem());

        var made = await cloud.PostAsync("/v1/certificates", $$"""{"name":"web","certificate":"{{pem}}","private_key":"{{secret}}"}""");

        made.Status.ShouldBe(201, made.Text);
        made["certificate"]["domain_names"]!.ToJsonString().ShouldBe("""["www.example.com"]""");
        DateTimeOffset.Parse((string)made["certificate"]["not_valid_after"]!, null).ShouldBe(new DateTimeOffset(certificate.NotAfter));
        made.Text.ShouldNotContain("PRIVATE KEY");
        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var wrong = JsonEncodedText.Encode(stranger.ExportPkcs8PrivateKeyPem());
        (await cloud.PostAsync("/v1/certificates", $$"""{"name":"other","certificate":"{{pem}}","private_key":"{{wrong}}"}""")).Field.ShouldBe("certificate");

        var managed = await cloud.PostAsync("/v1/certificates", """{"name":"issued","type":"managed","domain_names":["a.example.com"]}""");
        ((string?)managed["certificate"]["status"]!["issuance"]).ShouldBe("pending");
        (await cloud.GetAsync("/v1/certificates?type=managed"))["certificates"].AsArray().Count.ShouldBe(1);
        (await cloud.DeleteAsync($"/v1/certificates/{managed["certificate"]["id"]}")).Status.ShouldBe(204);
    }
}
