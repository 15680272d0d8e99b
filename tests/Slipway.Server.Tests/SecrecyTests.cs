using System.Text;
using System.Text.Json.Nodes;
using Slipway.Client;
using Slipway.Server.Tests.Support;

namespace Slipway.Server.Tests;

/// <summary>C6 over every byte that leaves: what is secret is nowhere it does not belong.</summary>
public sealed class SecrecyTests
{
    [Fact]
    public async Task C6_No_secret_is_in_the_database_the_log_an_answer_or_a_request_it_does_not_belong_to()
    {
        await using var system = await TestSystem.StartAsync();
        // A machine that prints what it was given, once, as a failing program well may.
        await system.Cloud.FaultAsync("POST /_local/machines/{id}/exec", "answer", 200, """{"exit_code":0,"stdout":"","stderr":""}""", times: 2);
        await system.Cloud.FaultAsync(
            "POST /_local/machines/{id}/exec", "answer", 200, $$"""{"exit_code":1,"stdout":"GREETING_TOKEN={{TestSystem.Secret}} is wrong","stderr":""}""");
        var agent = await system.OrderAsync(granted: true);
        var wait = await system.SeesAsync(agent.Operation!, t => t is { Step: "await-healthy", Kind: "waiting" }, "the machine printed its secret");
        wait.Message!.ShouldContain("***");
        var bootToken = system.BootToken(agent.Operation!);
        var authKey = AuthKey(system);
        string[] secrets = [TestSystem.Secret, Cloud.Token, bootToken, authKey, "local-secret", Cloud.StripeKey, StripeEvents.WebhookSecret];
        var answers = await AnswersAsync(system, agent);
        await system.DestroyedAsync(agent.Id);
        answers += await AnswersAsync(system, agent);

        await system.StopServerAsync();

        foreach (var secret in secrets)
        {
            answers.ShouldNotContain(secret);
            system.Log.Text.ShouldNotContain(secret);
            foreach (var file in Directory.EnumerateFiles(system.Directory, "slipway.db*"))
            {
                Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file)).ShouldNotContain(secret, Case.Sensitive, Path.GetFileName(file));
            }
        }

        OnTheWire(system, bootToken, authKey);
    }

    [Fact]
    public async Task C6_While_an_agent_runs_its_secrets_are_in_the_database_encrypted_only()
    {
        await using var system = await TestSystem.StartAsync(cloud: options => options.BootTime = TimeSpan.FromHours(1));
        var agent = await system.OrderAsync(granted: true);
        await system.SeesAsync(agent.Operation!, t => t is { Step: "create-server", Kind: "done" }, "the server was made");
        (await system.QueryAsync<string>("SELECT name FROM secrets ORDER BY name")).ShouldBe(["GREETING_TOKEN", "ssh-ca", "tailscale-auth-key"]);
        var (bootToken, authKey) = (system.BootToken(agent.Operation!), AuthKey(system));

        await system.StopServerAsync();

        foreach (var file in Directory.EnumerateFiles(system.Directory, "slipway.db*"))
        {
            var bytes = Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file));
            foreach (var secret in (string[])[TestSystem.Secret, bootToken, authKey, "PRIVATE KEY", system.Token])
            {
                bytes.ShouldNotContain(secret, Case.Sensitive, Path.GetFileName(file));
            }
        }
    }

    /// <summary>Each secret, and the one kind of request it may be in.</summary>
    private static void OnTheWire(TestSystem system, string bootToken, string authKey)
    {
        var creates = 0;
        foreach (var exchange in system.ToCloud.Exchanges)
        {
            var line = $"{exchange.Method} {exchange.PathAndQuery}";
            var isHetzner = exchange.PathAndQuery.StartsWith("/v1/", StringComparison.Ordinal);
            exchange.Body.ShouldNotContain(Cloud.Token, Case.Sensitive, line);
            line.ShouldNotContain(bootToken);
            exchange.Headers.Contains(Cloud.Token, StringComparison.Ordinal).ShouldBe(isHetzner, line);
            exchange.Body.ShouldNotContain(TestSystem.Secret, Case.Sensitive, line);
            Decoded(exchange.Body).ShouldNotContain(TestSystem.Secret, Case.Sensitive, line);
            if (line == "POST /v1/servers")
            {
                // Single-use, and the machine's alone.
                exchange.Body.ShouldContain(bootToken);
                exchange.Body.ShouldContain(authKey);
                creates++;
            }
            else
            {
                exchange.Body.ShouldNotContain(bootToken, Case.Sensitive, line);
                exchange.Body.ShouldNotContain(authKey, Case.Sensitive, line);
            }
        }

        creates.ShouldBe(1);
        system.ToCloud.Exchanges.Count(e => e.Body.Contains("\"place-files-and-start\"", StringComparison.Ordinal)).ShouldBe(1, "it went in there, on standard input");
    }

    /// <summary>The body of a request without its standard input, and what was base64 in it.</summary>
    private static string Decoded(string body)
    {
        if (!body.StartsWith('{') || JsonNode.Parse(body) is not JsonObject json)
        {
            return "";
        }

        json.Remove("stdin_base64");
        var texts = json.Select(p => p.Value is JsonValue value && value.TryGetValue<string>(out var text) ? text : "").SelectMany(t => t.Split((char[])[' ', '\n', '"', '\''], StringSplitOptions.RemoveEmptyEntries));
        var all = new StringBuilder();
        foreach (var text in texts)
        {
            var bytes = new byte[text.Length];
            all.Append(Convert.TryFromBase64String(text, bytes, out var length) ? Encoding.UTF8.GetString(bytes, 0, length) : "").Append('\n');
        }

        return all.ToString();
    }

    private static string AuthKey(TestSystem system)
    {
        var made = system.ToCloud.Exchanges.Single(e => e.Method == "POST" && e.PathAndQuery.EndsWith("/keys", StringComparison.Ordinal));
        var key = (string)JsonNode.Parse(made.Answer)!["key"]!;
        key.ShouldStartWith("tskey-");
        return key;
    }

    private static async Task<string> AnswersAsync(TestSystem system, AgentResource agent)
    {
        var texts = new StringBuilder();
        foreach (var path in (string[])
        [
            "v1/agents", $"v1/agents/{agent.Id}", "v1/operations", $"v1/operations/{agent.Operation}", "v1/blueprints", "v1/blueprints/hello",
            $"v1/operations/{agent.Operation}/explain", "v1/alerts?all=true", "v1/doctor", "openapi/v1.json", "health/ready",
        ])
        {
            var answer = await system.SendAsync(HttpMethod.Get, path);
            ((int)answer.Status).ShouldBe(200, path);
            texts.AppendLine(answer.Text);
        }

        return texts.ToString();
    }
}
