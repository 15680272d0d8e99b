namespace Slipway.Hetzner.Tests;

/// <summary>Answers as the API sends them, with things in them this library does not know.</summary>
internal static class Json
{
    public static string Action(long id, string command, string status = "running", int progress = 0, string error = "null") => $$"""
        {"id":{{id}},"command":"{{command}}","status":"{{status}}","progress":{{progress}},"started":"2026-11-21T09:00:00+00:00",
         "finished":{{(status == "running" ? "null" : "\"2026-11-21T09:00:17Z\"")}},"resources":[{"id":42,"type":"server"}],"error":{{error}},"new_in_2027":1}
        """;

    public static string Actions(params string[] actions) => $$$"""{"actions":[{{{string.Join(',', actions)}}}]}""";

    public static string Server(long id = 42, string name = "web-1", string status = "running") => $$"""
        {"id":{{id}},"name":"{{name}}","status":"{{status}}","locked":false,"created":"2026-11-21T08:59:00+00:00","rescue_enabled":false,
         "public_net":{"ipv4":{"id":7,"ip":"203.0.113.7","blocked":false,"dns_ptr":"static.7" },
                       "ipv6":{"id":8,"ip":"2001:db8:1:2::/64","blocked":false,"dns_ptr":[]},"floating_ips":[],
                       "firewalls":[{"id":5,"status":"applied"}]},
         "private_net":[],"server_type":{{ServerType}},"location":{{Location}},"image":null,"iso":null,"backup_window":null,
         "outgoing_traffic":null,"ingoing_traffic":123456789012,"included_traffic":21990232555520,"primary_disk_size":40,
         "protection":{"delete":false,"rebuild":false},"labels":{"app":"shop"},"volumes":[],"quantum":{"spin":0.5} }
        """;

    public const string Location = """
        {"id":2,"name":"nbg1","description":"Nuremberg DC Park 1","country":"DE","city":"Nuremberg","latitude":49.452102,"longitude":11.076665,"network_zone":"eu-central"}
        """;

    public const string ServerType = """
        {"id":114,"name":"cx23","description":"CX23","category":"cost_optimized","cores":2,"memory":4.0,"disk":40,"deprecated":false,
         "prices":[{"location":"nbg1","price_hourly":{"net":"0.0056000000000000","gross":"0.0066640000000000"},
                    "price_monthly":{"net":"3.4900000000","gross":"4.1531000000000000"},"included_traffic":21990232555520,
                    "price_per_tb_traffic":{"net":"1.0000000000","gross":"1.1900000000000000"}}],
         "storage_type":"local","cpu_type":"shared","architecture":"x86","deprecation":null,
         "locations":[{"id":2,"name":"nbg1","deprecation":null,"recommended":true,"available":true},
                      {"id":1,"name":"fsn1","deprecation":{"announced":"2026-01-01T00:00:00Z","unavailable_after":"2026-04-01T00:00:00+00:00"},"recommended":false,"available":false}]}
        """;

    public static string Firewall(long id = 5, string name = "slipway") => $$"""
        {"id":{{id}},"name":"{{name}}","labels":{},"created":"2026-11-21T08:00:00+00:00",
         "rules":[{"description":null,"direction":"in","source_ips":["0.0.0.0/0","::/0"],"destination_ips":[],"protocol":"tcp","port":"22"}],
         "applied_to":[{"type":"server","server":{"id":42} },{"type":"galaxy"}]}
        """;

    public static string SshKey(long id, string name, string fingerprint) => $$"""
        {"id":{{id}},"name":"{{name}}","fingerprint":"{{fingerprint}}","public_key":"ssh-ed25519 AAAA","labels":{},"created":"2026-11-21T08:00:00+00:00"}
        """;
}
