using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Slipway.Blueprints;
using Slipway.Secrets;
using Slipway.Testing;
using Slipway.Tests.Payments;

namespace Slipway.Tests.Blueprints;

public sealed class ShippedBlueprintsTests
{
    private static readonly string DirectoryPath = Path.Combine(NodePackages.RepositoryRoot, "blueprints");

    private static readonly Dictionary<string, Secret> RachelSecrets = new()
    {
        ["TELEGRAM_BOT_TOKEN"] = new("123456789:AAExampleExampleExampleExampleExample"),
        ["OWNER_TELEGRAM_USER_ID"] = new("987654321"),
    };

    public static BlueprintCatalog Shipped { get; } = BlueprintCatalog.Load(DirectoryPath);

    public static TheoryData<string> Names => [.. Shipped.Names];

    [Fact]
    public void C3_these_blueprints_are_shipped() => Shipped.Names.ShouldBe(["claude-code", "hello", "openclaw", "rachel8"]);

    [Theory]
    [MemberData(nameof(Names))]
    public void C3_setup_is_correct_bash(string name)
    {
        using var directory = new TemporaryDirectory();
        var script = directory.File("setup.sh");
        File.WriteAllText(script, Shipped.Get(name).RenderSetup());

        NodePackages.Execute("bash", directory.Path, ["-n", script], "").ShouldBeEmpty();
    }

    [Fact]
    public void C7_rachel8_answers_the_questions_of_Claude_Codes_first_run_beforehand()
    {
        var setup = Shipped.Get("rachel8").RenderSetup();

        setup.ShouldContain("\"hasCompletedOnboarding\": true");
        setup.ShouldContain("\"hasTrustDialogAccepted\": true");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void T23_S3_the_unit_waits_for_its_secrets_and_restarts_within_limits(string name)
    {
        var blueprint = Shipped.Get(name);
        var lines = blueprint.RenderUnit().Split('\n');
        string[] secret =
        [
            .. blueprint.Files.Where(file => file.Path.EndsWith("/.env", StringComparison.Ordinal)).Select(file => file.Path),
            .. blueprint.Credentials.Select(credential => $"/etc/credstore.encrypted/{blueprint.Unit.Name}.{credential.Name}"),
        ];

        lines.ShouldContain("ConditionPathExists=" + secret[0]);
        foreach (var line in new[]
        {
            "After=network.target", "StartLimitIntervalSec=300", "StartLimitBurst=5", "Restart=always", "RestartSteps=5", "RestartMaxDelaySec=60",
            "KillMode=mixed", "KillSignal=SIGTERM", "TimeoutStopSec=10", "PrivateTmp=yes",
            "NoNewPrivileges=yes", "ProtectSystem=strict", "CapabilityBoundingSet=",
        })
        {
            lines.ShouldContain(line);
        }

        blueprint.RenderUnitFiles([])[1].Content.Reveal().ShouldContain("IPAddressDeny=169.254.169.254 fe80::a9fe:a9fe\n");

        Array.IndexOf(lines, "StartLimitBurst=5").ShouldBeLessThan(Array.IndexOf(lines, "[Service]"), "systemd reads the limit in [Unit] only");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void S2_every_file_with_a_secret_is_0600(string name) =>
        Shipped.Get(name).Files.Where(file => file.Content.Contains("secrets.", StringComparison.Ordinal)).ShouldAllBe(file => file.Mode == "0600" && file.Owner == "agent:agent");

    [Fact]
    public void S2_rachel8_gets_its_settings_and_without_a_Claude_secret_no_Claude_file()
    {
        var file = Shipped.Get("rachel8").RenderFiles(RachelSecrets).ShouldHaveSingleItem();

        file.Path.ShouldBe("/home/agent/rachel8/.env");
        file.Content.Reveal().ShouldBe("""
            TELEGRAM_BOT_TOKEN=123456789:AAExampleExampleExampleExampleExample
            OWNER_TELEGRAM_USER_ID=987654321
            SHARED_FOLDER_PATH=/home/agent/shared
            NODE_ENV=production
            LOG_LEVEL=info
            AI_PROVIDER=claudecode
            ANTHROPIC_BASE_URL=https://api.anthropic.com

            """);
    }

    [Fact]
    public void S2_rachel8_writes_an_API_key_or_a_whole_login_when_it_is_given()
    {
        var secrets = new Dictionary<string, Secret>(RachelSecrets)
        {
            ["ANTHROPIC_API_KEY"] = new("sk-ant-api03-example-example-example"),
            ["CLAUDE_ACCESS_TOKEN"] = new("sk-ant-oat01-example-example"),
            ["CLAUDE_REFRESH_TOKEN"] = new("sk-ant-ort01-example-example"),
            ["CLAUDE_EXPIRES_AT"] = new("1800000000000"),
            ["CLAUDE_SCOPES"] = new("""["user:inference","user:profile"]"""),
        };

        var files = Shipped.Get("rachel8").RenderFiles(secrets).ToDictionary(file => file.Path, file => file.Content.Reveal());

        var key = Shipped.Get("rachel8").RenderCredentials(secrets).ShouldHaveSingleItem();
        (key.Name, key.Path, key.Content.Reveal()).ShouldBe(("anthropic_api_key", "/etc/credstore.encrypted/rachel8.anthropic_api_key", "sk-ant-api03-example-example-example"));
        Shipped.Get("rachel8").RenderCredentials(RachelSecrets).ShouldBeEmpty();
        using var login = JsonDocument.Parse(files["/home/agent/.claude/.credentials.json"]);
        var oauth = login.RootElement.GetProperty("claudeAiOauth");
        oauth.GetProperty("accessToken").GetString().ShouldBe("sk-ant-oat01-example-example");
        oauth.GetProperty("refreshToken").GetString().ShouldBe("sk-ant-ort01-example-example");
        oauth.GetProperty("expiresAt").GetInt64().ShouldBe(1_800_000_000_000);
        oauth.GetProperty("scopes").EnumerateArray().Select(scope => scope.GetString()).ShouldBe(["user:inference", "user:profile"]);
    }

    [Fact]
    public async Task The_hello_agent_answers_and_proves_its_token_without_showing_it()
    {
        const string Token = "a-token-of-this-test-only";
        using var directory = new TemporaryDirectory();
        var secrets = new Dictionary<string, Secret> { ["GREETING_TOKEN"] = new(Token) };
        var files = Shipped.Get("hello").RenderFiles(secrets);
        var program = files.Single(file => file.Path == "/opt/hello-agent/agent.py").Content.Reveal();
        var port = FreePort();
        await File.WriteAllTextAsync(directory.File("greeting_token"), Shipped.Get("hello").RenderCredentials(secrets).Single().Content.Reveal());
        await File.WriteAllTextAsync(directory.File("agent.py"), program.Replace("(\"0.0.0.0\", 8080)", $"(\"127.0.0.1\", {port})", StringComparison.Ordinal));
        using var agent = Process.Start(new ProcessStartInfo("python3", ["-u", "agent.py"])
        {
            WorkingDirectory = directory.Path,
            Environment = { ["CREDENTIALS_DIRECTORY"] = directory.Path },
            UseShellExecute = false,
            RedirectStandardOutput = true,
        })!;
        try
        {
            using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
            (await agent.StandardOutput.ReadLineAsync()).ShouldBe("listening on port 8080");

            var health = await client.GetStringAsync("/health");

            using var answer = JsonDocument.Parse(health);
            answer.RootElement.GetProperty("status").GetString().ShouldBe("ok");
            answer.RootElement.GetProperty("agent").GetString().ShouldBe(Dns.GetHostName());
            answer.RootElement.GetProperty("token_proof").GetString().ShouldBe(
                Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Token), "slipway hello"u8))[..16]);
            health.ShouldNotContain(Token);
            (await client.GetAsync("/greeting_token")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        }
        finally
        {
            agent.Kill();
            await agent.WaitForExitAsync();
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
