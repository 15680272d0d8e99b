using System.Text.Json.Nodes;
using Slipway.LocalCloud.Tests.Conformance;
using Slipway.LocalCloud.Tests.Support;

namespace Slipway.LocalCloud.Tests.State;

/// <summary>All a client can read: every list there is, and everything the lists name.</summary>
internal static class Everything
{
    private static readonly string[] Lists =
    [
        "/v1/servers", "/v1/ssh_keys", "/v1/firewalls", "/v1/images", "/v1/placement_groups", "/v1/primary_ips", "/v1/volumes", "/v1/networks", "/v1/floating_ips",
        "/v1/load_balancers", "/v1/certificates", "/v1/server_types", "/v1/locations", "/v1/isos", "/v1/pricing", "/v1/load_balancer_types",
        "/api/v2/tailnet/-/devices", "/api/v2/tailnet/-/keys",
        "/stripe/v1/customers", "/stripe/v1/products", "/stripe/v1/prices", "/stripe/v1/checkout/sessions", "/stripe/v1/subscriptions", "/stripe/v1/invoices",
        "/stripe/v1/payment_intents", "/stripe/v1/refunds", "/stripe/v1/test_helpers/test_clocks", "/stripe/v1/events", "/stripe/v1/webhook_endpoints",
        "/github/repos/shop/agents/actions/runs", "/_local/github/runs", "/_local/stripe/deliveries", "/_local/faults", "/_local/inventory", "/_local/clock",
    ];

    /// <summary>Paths and what they answer.</summary>
    public static async Task<SortedDictionary<string, string>> ReadAsync(TestCloud cloud)
    {
        var all = new SortedDictionary<string, string>(StringComparer.Ordinal);
        // Hetzner's own document says which lists there are; none may be forgotten here.
        var documented = HetznerDocument.Current is { } document
            ? document.Operations.Where(o => o.Verb == "GET" && !o.Path.Contains('{', StringComparison.Ordinal)).Select(o => $"/v1{o.Path}")
            : [];
        foreach (var path in Lists.Union(documented.Where(p => !p.StartsWith("/v1/actions", StringComparison.Ordinal))))
        {
            var list = await ReadAsync(cloud, path, all);
            if (list is null)
            {
                continue;
            }

            foreach (var (id, item) in Items(list))
            {
                if (path.StartsWith("/v1/", StringComparison.Ordinal) && item["created"] is not null)
                {
                    await ReadAsync(cloud, $"{path}/{id}", all);
                    await ReadAsync(cloud, $"{path}/{id}/actions", all);
                }

                if (path == "/v1/servers")
                {
                    await ReadAsync(cloud, $"/_local/machines/{id}/console", all);
                    await ReadAsync(cloud, $"{path}/{id}/metrics?type=cpu&start=2026-11-21T08:00:00Z&end=2026-11-21T09:30:00Z", all);
                }

                if (path.EndsWith("/devices", StringComparison.Ordinal))
                {
                    await ReadAsync(cloud, $"/api/v2/device/{id}?fields=all", all);
                    await ReadAsync(cloud, $"/api/v2/device/{id}/attributes", all);
                }
            }
        }

        return all;
    }

    private static async Task<JsonNode?> ReadAsync(TestCloud cloud, string path, SortedDictionary<string, string> all)
    {
        var separator = path.Contains('?', StringComparison.Ordinal) ? '&' : '?';
        var paged = path.StartsWith("/v1/", StringComparison.Ordinal) ? $"{path}{separator}per_page=50"
            : path.StartsWith("/stripe/", StringComparison.Ordinal) ? $"{path}{separator}limit=100"
            : path;
        var answer = await cloud.SendAsync("GET", paged, content: null, request =>
        {
            if (path.StartsWith("/github", StringComparison.Ordinal))
            {
                request.Headers.Authorization = new("Bearer", "local-github-token");
                request.Headers.UserAgent.ParseAdd("test");
            }
        });
        all[path] = $"{answer.Status} {answer.Text}";
        return answer.Status == 200 && answer.Text.StartsWith('{') ? answer.Json : null;
    }

    private static IEnumerable<(string Id, JsonObject Item)> Items(JsonNode list) => list.AsObject()
        .Where(p => p.Value is JsonArray).SelectMany(p => p.Value!.AsArray()).OfType<JsonObject>()
        .Where(i => i["id"] is not null).Select(i => (i["id"]!.ToString(), i));
}
