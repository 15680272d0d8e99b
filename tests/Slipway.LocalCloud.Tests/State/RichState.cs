using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Slipway.LocalCloud.Tests.Support;

namespace Slipway.LocalCloud.Tests.State;

/// <summary>A cloud in which there is one of everything, and some of it was deleted.</summary>
internal static class RichState
{
    public static IReadOnlyList<string> NonEmpty { get; } =
    [
        "/v1/servers", "/v1/ssh_keys", "/v1/firewalls", "/v1/placement_groups", "/v1/primary_ips", "/v1/volumes", "/v1/networks", "/v1/floating_ips",
        "/v1/load_balancers", "/v1/certificates", "/api/v2/tailnet/-/devices", "/api/v2/tailnet/-/keys", "/stripe/v1/customers", "/stripe/v1/products",
        "/stripe/v1/prices", "/stripe/v1/checkout/sessions", "/stripe/v1/subscriptions", "/stripe/v1/invoices", "/stripe/v1/payment_intents", "/stripe/v1/refunds",
        "/stripe/v1/test_helpers/test_clocks", "/stripe/v1/events", "/stripe/v1/webhook_endpoints", "/github/repos/shop/agents/actions/runs", "/_local/faults",
    ];

    public static string UserData(Receiver home, string authKey) => $$"""
        #cloud-config
        write_files:
          - {path: /run/key, content: "{{authKey}}"}
          - path: /opt/boot.sh
            content: |
              REPORT_URL='{{home.Url}}report'
              tailscale up --auth-key=file:/run/key --hostname=vm-1 --advertise-tags=tag:agent
        phone_home: {url: "{{home.Url}}home/token", post: [pub_key_ed25519, instance_id]}

        """;

    public static async Task MakeAsync(TestCloud cloud, Receiver receiver)
    {
        await HetznerAsync(cloud, receiver);
        await TailscaleAsync(cloud);
        await StripeAsync(cloud, receiver);
        await GitHubAsync(cloud);
        await cloud.FaultAsync("webhook_lost", ("event", "customer.created"), ("times", "3"));
        await cloud.FaultAsync("lost_answer", ("route", "POST /v1/nothing"));
    }

    private static async Task HetznerAsync(TestCloud cloud, Receiver receiver)
    {
        var key = await MakeAsync(cloud, "/v1/ssh_keys", "ssh_key", $$$"""{"name":"k1","public_key":"{{{PublicKey()}}}","labels":{"a":"b"}}""");
        var gone = await MakeAsync(cloud, "/v1/ssh_keys", "ssh_key", $$"""{"name":"k2","public_key":"{{PublicKey()}}"}""");
        await MakeAsync(cloud, "/v1/ssh_keys", "ssh_key", $$"""{"name":"k3","public_key":"{{PublicKey()}}"}""");
        (await cloud.DeleteAsync($"/v1/ssh_keys/{gone}")).Status.ShouldBe(204);
        // It takes the place of the deleted one in memory; the order must be kept all the same.
        await MakeAsync(cloud, "/v1/ssh_keys", "ssh_key", $$"""{"name":"k4","public_key":"{{PublicKey()}}"}""");
        var firewall = await MakeAsync(
            cloud, "/v1/firewalls", "firewall",
            """{"name":"f","labels":{"x":"y"},"rules":[{"direction":"in","protocol":"tcp","port":"22","source_ips":["0.0.0.0/0"],"description":"ssh + more"}],"apply_to":[{"type":"label_selector","label_selector":{"selector":"role=agent"}}]}""");
        var group = await MakeAsync(cloud, "/v1/placement_groups", "placement_group", """{"name":"g","type":"spread"}""");
        var network = await MakeAsync(
            cloud, "/v1/networks", "network",
            """{"name":"n","ip_range":"10.1.0.0/16","subnets":[{"type":"cloud","network_zone":"eu-central","ip_range":"10.1.1.0/24"}],"routes":[{"destination":"10.100.0.0/24","gateway":"10.1.1.7"}]}""");
        var volume = await MakeAsync(cloud, "/v1/volumes", "volume", """{"name":"v","size":10,"location":"fsn1","format":"ext4","labels":{"keep":"me"}}""");
        await MakeAsync(cloud, "/v1/primary_ips", "primary_ip", """{"name":"p","type":"ipv6","assignee_type":"server","location":"hel1"}""");
        var userData = UserData(receiver, (string)(await cloud.CreateAuthKeyAsync())["key"]!);
        var server = await cloud.RunningServerAsync(
            "agent-1",
            $$$""","ssh_keys":["k1",{{{key}}}],"labels":{"role":"agent"},"firewalls":[{"firewall":{{{firewall}}}}],"placement_group":{{{group}}},"networks":[{{{network}}}],"volumes":[{{{volume}}}],"user_data":{{{JsonSerializer.Serialize(userData)}}}""");
        await cloud.UntilAsync(() => Task.FromResult(receiver.All.Count == 2), "report and phone-home");
        foreach (var (action, body) in ((string, string?)[])
        [
            ("enable_backup", null), ("create_image", """{"description":"a snapshot","labels":{"of":"agent-1"}}"""), ("create_image", """{"type":"backup"}"""),
            ("attach_iso", """{"iso":"ipxe.iso"}"""), ("enable_rescue", null), ("change_protection", """{"delete":true,"rebuild":true}"""),
            ("change_alias_ips", $$"""{"network":{{network}},"alias_ips":["10.1.1.9"]}"""),
        ])
        {
            ((string?)(await cloud.ActAsync(server, action, body))["status"]).ShouldBe("success", action);
        }

        var ip = (string)(await cloud.GetAsync($"/v1/servers/{server}"))["server"]["public_net"]!["ipv4"]!["ip"]!;
        await cloud.ActAsync(server, "change_dns_ptr", $$"""{"ip":"{{ip}}","dns_ptr":"agent.example.com"}""");
        var off = await cloud.RunningServerAsync("agent-2", ""","public_net":{"enable_ipv4":false,"enable_ipv6":true}""");
        await cloud.ActAsync(off, "poweroff");
        await cloud.ActAsync(off, "change_type", """{"server_type":"cx33","upgrade_disk":false}""");
        var deleted = await cloud.RunningServerAsync("agent-3");
        await cloud.UntilFinishedAsync((long)(await cloud.DeleteAsync($"/v1/servers/{deleted}"))["action"]["id"]!);
        var last = await cloud.RunningServerAsync("agent-4");
        await cloud.UntilAsync(async () => (await cloud.ExecAsync(last, "check-unit")).Status == 200, "the end of its boot, which it would begin again");
        await MakeAsync(cloud, "/v1/floating_ips", "floating_ip", $$"""{"type":"ipv4","server":{{server}},"description":"moves"}""");
        var certificate = await MakeAsync(cloud, "/v1/certificates", "certificate", CertificateOrder());
        await MakeAsync(
            cloud, "/v1/load_balancers", "load_balancer",
            $$$"""{"name":"lb","load_balancer_type":"lb11","location":"fsn1","algorithm":{"type":"least_connections"},"network":{{{network}}},"targets":[{"type":"server","server":{"id":{{{server}}}}}],"services":[{"protocol":"https","listen_port":443,"destination_port":8080,"proxyprotocol":false,"http":{"certificates":[{{{certificate}}}],"redirect_http":true,"sticky_sessions":false}}]}""");
        await cloud.PostAsync("/_local/capacity", """{"server_type":"cax11","state":"sold_out"}""");
        await cloud.PostAsync("/_local/limits", """{"servers":77,"primary_ips":88}""");
    }

    private static async Task TailscaleAsync(TestCloud cloud)
    {
        await cloud.CreateAuthKeyAsync(""","description":"not used yet" """);
        var node = (string)(await cloud.RegisterAsync((string)(await cloud.CreateAuthKeyAsync())["key"]!, "laptop"))["node_id"]!;
        await cloud.PostAsync($"/api/v2/device/{node}/routes", """{"routes":["10.9.0.0/24"]}""");
        await cloud.PostAsync($"/api/v2/device/{node}/attributes/custom:myScore", """{"value":87,"expiry":"2026-12-01T00:00:00Z"}""");
        await cloud.PostAsync($"/api/v2/device/{node}/key", """{"keyExpiryDisabled":false}""");
        await cloud.PostAsync("/_local/tailscale/share", """{"hostname":"theirs"}""");
    }

    private static async Task StripeAsync(TestCloud cloud, Receiver receiver)
    {
        await cloud.PostAsync("/_local/stripe/webhook-endpoint", $$"""{"url":"{{receiver.Url}}hook","enabled_events":["invoice.paid"]}""");
        await StripeAsync(cloud, "webhook_endpoints", ("url", $"{receiver.Url}other"), ("enabled_events[]", "customer.created"));
        await cloud.PostAsync("/_local/stripe/deliveries", """{"retry_seconds":[5,50]}""");
        await cloud.PostAsync("/_local/stripe/billing", """{"after_last_retry":"unpaid"}""");
        var clock = await StripeAsync(cloud, "test_helpers/test_clocks", ("frozen_time", "1800000000"), ("name", "c"));
        var customer = await StripeAsync(cloud, "customers", ("email", "a+b@example.com"), ("metadata[agent]", "a-1"));
        var onClock = await StripeAsync(cloud, "customers", ("test_clock", clock));
        var product = await StripeAsync(cloud, "products", ("name", "An agent"));
        var price = await StripeAsync(
            cloud, "prices", ("product", product), ("currency", "eur"), ("unit_amount", "1900"), ("recurring[interval]", "month"), ("lookup_key", "monthly"));
        await StripeAsync(cloud, "subscriptions", ("customer", customer), ("items[0][price]", price), ("metadata[agent]", "a-1"));
        await StripeAsync(cloud, "subscriptions", ("customer", onClock), ("items[0][price]", price), ("trial_period_days", "3"));
        await StripeAsync(cloud, $"test_helpers/test_clocks/{clock}/advance", ("frozen_time", "1800500000"));
        var paid = await StripeAsync(
            cloud, "checkout/sessions", ("mode", "payment"), ("customer", customer), ("success_url", "http://shop/ok"), ("line_items[0][price]", price));
        var intent = (string)(await cloud.PostAsync($"/_local/stripe/checkout/{paid}/pay"))["payment_intent"]!;
        await StripeAsync(cloud, "refunds", ("payment_intent", intent), ("amount", "100"));
        await StripeAsync(
            cloud, "checkout/sessions", ("mode", "subscription"), ("success_url", "http://shop/ok"), ("line_items[0][price]", price),
            ("subscription_data[metadata][agent]", "a-2"), ("subscription_data[trial_period_days]", "7"));
        await cloud.PostAsync($"/_local/stripe/customers/{customer}/card", """{"declines":true}""");
        await cloud.UntilAsync(
            async () => !(await cloud.GetAsync("/_local/stripe/deliveries")).Text.Contains("\"pending\"", StringComparison.Ordinal), "every webhook");
    }

    private static async Task GitHubAsync(TestCloud cloud)
    {
        await cloud.PostAsync(
            "/_local/github/workflows", """{"repository":"shop/agents","file":"provision.yml","name":"Provision","run_name":"provision ${{ inputs.job }}","inputs":["job"]}""");
        for (var job = 1; job <= 2; job++)
        {
            var dispatched = await cloud.SendAsync(
                "POST", "/github/repos/shop/agents/actions/workflows/provision.yml/dispatches",
                new StringContent($$"""{"ref":"main","inputs":{"job":"j-{{job}}"},"return_run_details":true}""", System.Text.Encoding.UTF8, "application/json"),
                request =>
                {
                    request.Headers.Authorization = new("Bearer", "local-github-token");
                    request.Headers.UserAgent.ParseAdd("test");
                });
            await cloud.PostAsync($"/_local/github/runs/{dispatched["workflow_run_id"]}", """{"status":"in_progress"}""");
        }
    }

    private static async Task<string> StripeAsync(TestCloud cloud, string path, params (string, string)[] fields)
    {
        var answer = await cloud.PostFormAsync($"/stripe/v1/{path}", fields);
        answer.Status.ShouldBe(200, answer.Text);
        return (string)answer["id"]!;
    }

    private static async Task<long> MakeAsync(TestCloud cloud, string path, string kind, string order)
    {
        var answer = await cloud.PostAsync(path, order);
        answer.Status.ShouldBe(201, answer.Text);
        if (answer.Json["action"] is { } action)
        {
            await cloud.UntilFinishedAsync((long)action["id"]!);
        }

        return (long)answer[kind]["id"]!;
    }

    private static string PublicKey() => $"ssh-ed25519 {Convert.ToBase64String([0, 0, 0, 11, .. "ssh-ed25519"u8, 0, 0, 0, 32, .. RandomNumberGenerator.GetBytes(32)])} me";

    private static string CertificateOrder()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=shop.example.com", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2027, 1, 1, 0, 0, 0, TimeSpan.Zero));
        return $$"""{"name":"c","type":"uploaded","certificate":{{JsonSerializer.Serialize(certificate.ExportCertificatePem())}},"private_key":{{JsonSerializer.Serialize(key.ExportPkcs8PrivateKeyPem())}}}""";
    }
}
