using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Npgsql;

namespace Slipway.EndToEnd.Cluster;

/// <summary>What must be so once all has healed, read from the clouds and the rows: one running machine for each paid agent, and nothing else.</summary>
internal sealed class Invariants(ClusterStack stack, Shop shop) : IDisposable
{
    private readonly HttpClient _cloud = new() { BaseAddress = stack.CloudUrl };

    /// <returns>One sentence for each thing that is not as it must be.</returns>
    public async Task<IReadOnlyList<string>> BrokenAsync()
    {
        var broken = new List<string>();
        var agents = await QueryAsync("SELECT id, status, COALESCE((SELECT m.server_id FROM machines m WHERE m.subject = a.id AND m.status <> 'Gone'), 0) FROM agents a WHERE wanted <> 'Nothing'");
        broken.AddRange(shop.Paid.Where(id => agents.GetValueOrDefault(id).Status != "Active").Select(id => $"{id} is paid and {agents.GetValueOrDefault(id).Status}"));
        broken.AddRange(shop.Cancelled.Where(id => agents.GetValueOrDefault(id).Status != "Closed").Select(id => $"{id} was cancelled and is {agents.GetValueOrDefault(id).Status}"));

        await CountAsync(broken, "operations are unfinished", "SELECT COUNT(*) FROM operations WHERE result IS NULL");
        await CountAsync(broken, "finished operations are still held", "SELECT COUNT(*) FROM operations WHERE result IS NOT NULL AND (due_at IS NOT NULL OR lease_until IS NOT NULL OR lease_by IS NOT NULL)");
        await CountAsync(broken, "steps were recorded done twice", "SELECT COUNT(*) FROM (SELECT 1 FROM timeline WHERE kind IN ('done', 'undone') GROUP BY operation_id, step, kind HAVING COUNT(*) > 1) t");
        await CountAsync(broken, "waits for actions are left", "SELECT COUNT(*) FROM action_waits");
        await CountAsync(broken, "alerts are open", "SELECT COUNT(*) FROM alerts WHERE resolved_at IS NULL");
        if (broken.Count > 0)
        {
            // Asking the cloud takes from the project's requests, which the servers may need.
            return broken;
        }

        var servers = await ServersAsync();
        var wanted = shop.Paid.Select(id => agents.GetValueOrDefault(id).Server).ToHashSet();
        broken.AddRange(servers.Where(s => !wanted.Contains(s.Id)).Select(s => $"server {s.Id} ({s.Agent}) is nobody's"));
        broken.AddRange(servers.Where(s => s.Status != "running").Select(s => $"server {s.Id} ({s.Agent}) is {s.Status}"));
        broken.AddRange(wanted.Except(servers.Select(s => s.Id)).Select(id => $"server {id} of a paid agent is not there"));
        broken.AddRange(servers.GroupBy(s => s.Agent).Where(g => g.Count() > 1).Select(g => $"{g.Key} has {g.Count()} servers"));
        await InventoryAsync(broken);
        await RateLimitAsync(broken);
        return broken;
    }

    public void Dispose() => _cloud.Dispose();

    private async Task<List<(long Id, string Status, string Agent)>> ServersAsync()
    {
        var found = new List<(long, string, string)>();
        for (int? page = 1; page is not null;)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"v1/servers?per_page=50&page={page}", UriKind.Relative));
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "local-hetzner-token");
            using var answer = await _cloud.SendAsync(request);
            var body = (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonObject>())!;
            found.AddRange(body["servers"]!.AsArray().Select(s => (s!["id"]!.GetValue<long>(), s["status"]!.GetValue<string>(), s["labels"]!["slipway-agent"]!.GetValue<string>())));
            page = body["meta"]!["pagination"]!["next_page"]?.GetValue<int>();
        }

        return found;
    }

    /// <summary>What a machine is made with must go with it: keys are used once, devices have a machine.</summary>
    private async Task InventoryAsync(List<string> broken)
    {
        var inventory = (await _cloud.GetFromJsonAsync<JsonObject>("_local/inventory"))!;
        foreach (var (kind, contents) in inventory)
        {
            var count = contents?["count"]?.GetValue<int>() ?? 0;
            var allowed = kind switch
            {
                "firewalls" => 1,
                "servers" or "machines" or "devices" => shop.Paid.Count,
                // Of each family one.
                "primary_ips" => 2 * shop.Paid.Count,
                _ => 0,
            };
            if (count > allowed)
            {
                broken.Add($"there are {count} {kind}, not {allowed}");
            }
        }
    }

    private async Task RateLimitAsync(List<string> broken)
    {
        var requests = (await _cloud.GetFromJsonAsync<JsonObject>("_local/requests"))!;
        if (requests["rate_limited"]!.GetValue<long>() is > 0 and var refused)
        {
            broken.Add($"{refused} requests were answered 429");
        }
    }

    private async Task CountAsync(List<string> broken, string what, string sql)
    {
        await using var connection = await OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        if (await command.ExecuteScalarAsync() is long and > 0 and var count)
        {
            broken.Add($"{count} {what}");
        }
    }

    private async Task<Dictionary<string, (string Status, long Server)>> QueryAsync(string sql)
    {
        await using var connection = await OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await using var rows = await command.ExecuteReaderAsync();
        var found = new Dictionary<string, (string, long)>(StringComparer.Ordinal);
        while (await rows.ReadAsync())
        {
            found[rows.GetString(0)] = (rows.GetString(1), rows.GetInt64(2));
        }

        return found;
    }

    private async Task<NpgsqlConnection> OpenAsync()
    {
        var address = new Uri(stack.DatabaseAddress);
        var connection = new NpgsqlConnection($"Host={address.Host};Port={address.Port};Username=slipway;Database={address.AbsolutePath.Trim('/')};Pooling=false");
        await connection.OpenAsync();
        return connection;
    }
}
