namespace Slipway.LocalCloud.Tests.BadInput;

/// <summary>One good request for each route that reads something; <c>{server}</c> and its like stand for what the test made.</summary>
internal sealed record GoodRequest(string Method, string Path, string Body)
{
    public bool IsForm => Path.StartsWith("/stripe", StringComparison.Ordinal) || Path.EndsWith("/oauth/token", StringComparison.Ordinal);

    public static IReadOnlyList<GoodRequest> All { get; } = [.. Lines.Split('\n').Select(line => line.Split(' ', 3))
        .Select(parts => new GoodRequest(parts[0], parts[1], parts.Length > 2 ? parts[2] : ""))];

    private const string Lines = """
        GET /v1/servers
        POST /v1/servers {"name":"agent-9","server_type":"cx23","image":"debian-12","location":"fsn1","ssh_keys":["{key}"],"user_data":"#cloud-config\n{}","labels":{"a":"b"},"firewalls":[{"firewall":{firewall}}],"volumes":[{volume}],"networks":[{network}],"placement_group":{group},"automount":true,"start_after_create":true,"public_net":{"enable_ipv4":true,"enable_ipv6":true,"ipv4":{ip},"ipv6":null}}
        GET /v1/servers/{server}
        PUT /v1/servers/{server} {"name":"agent-2","labels":{"a":"b"}}
        GET /v1/servers/{server}/metrics?type=cpu,disk&start=2026-01-01T00:00:00Z&end=2026-01-01T01:00:00Z&step=60
        GET /v1/servers/{server}/actions
        GET /v1/servers/actions
        GET /v1/actions
        GET /v1/actions/{action}
        POST /v1/servers/{server}/actions/poweron
        POST /v1/servers/{server}/actions/poweroff
        POST /v1/servers/{server}/actions/reboot
        POST /v1/servers/{server}/actions/reset
        POST /v1/servers/{server}/actions/shutdown
        POST /v1/servers/{server}/actions/rebuild {"image":"debian-12","user_data":"#cloud-config\n{}"}
        POST /v1/servers/{server}/actions/change_type {"server_type":"cx33","upgrade_disk":false}
        POST /v1/servers/{server}/actions/create_image {"type":"snapshot","description":"mine","labels":{"a":"b"}}
        POST /v1/servers/{server}/actions/enable_backup {}
        POST /v1/servers/{server}/actions/enable_rescue {"type":"linux64","ssh_keys":[{key}]}
        POST /v1/servers/{server}/actions/disable_rescue
        POST /v1/servers/{server}/actions/reset_password
        POST /v1/servers/{server}/actions/request_console
        POST /v1/servers/{server}/actions/attach_iso {"iso":"debian-13"}
        POST /v1/servers/{server}/actions/change_protection {"delete":false,"rebuild":false}
        POST /v1/servers/{server}/actions/change_dns_ptr {"ip":"10.0.0.1","dns_ptr":"a.example.com"}
        POST /v1/servers/{server}/actions/add_to_placement_group {"placement_group":{group}}
        POST /v1/servers/{server}/actions/attach_to_network {"network":{network},"ip":"10.0.0.9","alias_ips":["10.0.0.10"]}
        POST /v1/servers/{server}/actions/change_alias_ips {"network":{network},"alias_ips":["10.0.0.11"]}
        POST /v1/servers/{server}/actions/detach_from_network {"network":{network}}
        GET /v1/ssh_keys
        POST /v1/ssh_keys {"name":"key-9","public_key":"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHNsaXB3YXlzbGlwd2F5c2xpcHdheXNsaXB3YXlzbGlw a","labels":{"a":"b"}}
        PUT /v1/ssh_keys/{key} {"name":"key-2","labels":{}}
        GET /v1/firewalls
        POST /v1/firewalls {"name":"wall-9","labels":{},"rules":[{"direction":"in","protocol":"tcp","port":"22-80","source_ips":["10.0.0.0/8","::/0"],"destination_ips":[],"description":"ssh"}],"apply_to":[{"type":"server","server":{"id":{server}}},{"type":"label_selector","label_selector":{"selector":"a=b"}}]}
        POST /v1/firewalls/{firewall}/actions/set_rules {"rules":[{"direction":"in","protocol":"tcp","port":"80","source_ips":["0.0.0.0/0"]}]}
        POST /v1/firewalls/{firewall}/actions/apply_to_resources {"apply_to":[{"type":"server","server":{"id":{server}}}]}
        POST /v1/firewalls/{firewall}/actions/remove_from_resources {"remove_from":[{"type":"server","server":{"id":{server}}}]}
        GET /v1/images?type=system&architecture=x86&include_deprecated=true
        PUT /v1/images/1 {"description":"mine","type":"snapshot","labels":{}}
        GET /v1/isos
        GET /v1/locations
        GET /v1/server_types
        GET /v1/pricing
        GET /v1/datacenters
        GET /v1/zones
        GET /v1/placement_groups
        POST /v1/placement_groups {"name":"group-9","type":"spread","labels":{}}
        GET /v1/primary_ips
        POST /v1/primary_ips {"name":"ip-9","type":"ipv4","location":"fsn1","assignee_type":"server","auto_delete":false,"labels":{}}
        PUT /v1/primary_ips/{ip} {"name":"ip-2","auto_delete":true,"labels":{}}
        POST /v1/primary_ips/{ip}/actions/assign {"assignee_id":{server},"assignee_type":"server"}
        POST /v1/primary_ips/{ip}/actions/unassign
        POST /v1/primary_ips/{ip}/actions/change_dns_ptr {"ip":"10.0.0.1","dns_ptr":null}
        GET /v1/volumes
        POST /v1/volumes {"name":"volume-9","size":10,"location":"fsn1","format":"ext4","automount":false,"labels":{}}
        POST /v1/volumes/{volume}/actions/attach {"server":{server},"automount":true}
        POST /v1/volumes/{volume}/actions/detach
        POST /v1/volumes/{volume}/actions/resize {"size":20}
        GET /v1/networks
        POST /v1/networks {"name":"net-9","ip_range":"10.0.0.0/16","subnets":[{"type":"cloud","ip_range":"10.0.1.0/24","network_zone":"eu-central"}],"routes":[{"destination":"10.100.0.0/16","gateway":"10.0.1.1"}],"labels":{}}
        POST /v1/networks/{network}/actions/add_subnet {"type":"cloud","ip_range":"10.0.2.0/24","network_zone":"eu-central"}
        POST /v1/networks/{network}/actions/delete_subnet {"ip_range":"10.0.2.0/24"}
        POST /v1/networks/{network}/actions/add_route {"destination":"10.101.0.0/16","gateway":"10.0.0.7"}
        POST /v1/networks/{network}/actions/delete_route {"destination":"10.101.0.0/16","gateway":"10.0.0.7"}
        POST /v1/networks/{network}/actions/change_ip_range {"ip_range":"10.0.0.0/12"}
        POST /v1/floating_ips {"name":"float-9","type":"ipv4","home_location":"fsn1","description":"x","labels":{}}
        POST /v1/certificates {"name":"cert-9","type":"uploaded","certificate":"-----BEGIN","private_key":"-----BEGIN","domain_names":["a.example.com"],"labels":{}}
        GET /v1/load_balancers
        POST /v1/load_balancers {"name":"lb-9","load_balancer_type":"lb11","algorithm":{"type":"round_robin"},"location":"fsn1","services":[{"protocol":"https","listen_port":443,"destination_port":80,"proxyprotocol":false,"health_check":{"protocol":"http","port":80,"interval":15,"timeout":10,"retries":3,"http":{"domain":"a","path":"/"}},"http":{"certificates":[1],"sticky_sessions":true}}],"targets":[{"type":"label_selector","label_selector":{"selector":"a=b"}},{"type":"ip","ip":{"ip":"203.0.113.1"}}],"labels":{}}
        POST /v1/load_balancers/{balancer}/actions/add_target {"type":"server","server":{"id":{server}},"use_private_ip":false}
        POST /v1/load_balancers/{balancer}/actions/add_service {"protocol":"tcp","listen_port":80,"destination_port":80,"proxyprotocol":false,"health_check":{"protocol":"tcp","port":80,"interval":15,"timeout":10,"retries":3}}
        POST /v1/load_balancers/{balancer}/actions/update_service {"listen_port":80,"destination_port":8080}
        POST /v1/load_balancers/{balancer}/actions/attach_to_network {"network":{network},"ip":"10.0.0.44"}
        POST /v1/load_balancers/{balancer}/actions/change_type {"load_balancer_type":"lb21"}
        POST /api/v2/oauth/token client_id=local-client&client_secret=local-secret&scope=auth_keys&tags=tag:agent&grant_type=client_credentials
        GET /api/v2/tailnet/-/keys
        POST /api/v2/tailnet/-/keys {"capabilities":{"devices":{"create":{"reusable":false,"ephemeral":true,"preauthorized":true,"tags":["tag:agent"]}}},"expirySeconds":900,"description":"a"}
        GET /api/v2/tailnet/-/devices?fields=all
        GET /api/v2/device/{device}
        POST /api/v2/device/{device}/authorized {"authorized":true}
        POST /api/v2/device/{device}/key {"keyExpiryDisabled":true}
        POST /api/v2/device/{device}/name {"name":"agent-7"}
        POST /api/v2/device/{device}/tags {"tags":["tag:agent"]}
        POST /api/v2/device/{device}/routes {"routes":["10.0.0.0/8"]}
        POST /api/v2/device/{device}/attributes/custom:a {"value":"b","expiry":"2027-01-01T00:00:00Z","comment":"c"}
        POST /_local/tailscale/register {"auth_key":"tskey-auth-x","hostname":"agent-8","tags":["tag:agent"],"server_id":{server}}
        POST /_local/tailscale/share {"hostname":"guest"}
        POST /_local/capacity {"server_type":"cx23","location":"fsn1","state":"available"}
        POST /_local/limits {"servers":10000,"primary_ips":100000}
        POST /_local/machines/{server}/exec {"name":"health","script":"true","stdin_base64":"YQ=="}
        POST /_local/machines/{server}/ignore-shutdown {"ignore":true}
        GET /_local/machines/{server}/console
        POST /_local/clock {"advance":"00:00:01"}
        POST /_local/github/workflows {"owner":"o","repo":"r","workflow":"w.yml","inputs":[]}
        POST /github/repos/o/r/actions/workflows/w.yml/dispatches {"ref":"main","inputs":{"a":"b"},"return_run_details":true}
        GET /github/repos/o/r/actions/runs?created=%3E%3D2026-01-01&status=completed
        GET /stripe/v1/subscriptions
        GET /stripe/v1/events
        POST /stripe/v1/customers email=a@example.com&name=A&metadata[a]=b&test_clock=clock_1
        POST /stripe/v1/products name=Agent&metadata[a]=b
        POST /stripe/v1/prices currency=eur&unit_amount=2900&recurring[interval]=month&product_data[name]=Agent
        POST /stripe/v1/checkout/sessions mode=subscription&line_items[0][price]=price_1&line_items[0][quantity]=1&success_url=http://127.0.0.1:9/&cancel_url=http://127.0.0.1:9/&client_reference_id=a&subscription_data[metadata][a]=b&expires_at=1900000000
        POST /stripe/v1/subscriptions customer=cus_1&items[0][price]=price_1&trial_period_days=3&cancel_at_period_end=true&metadata[a]=b
        POST /stripe/v1/refunds payment_intent=pi_1&amount=100&reason=requested_by_customer
        POST /stripe/v1/test_helpers/test_clocks frozen_time=1800000000&name=a
        POST /stripe/v1/webhook_endpoints url=http://127.0.0.1:9/&enabled_events[]=*
        """;
}
