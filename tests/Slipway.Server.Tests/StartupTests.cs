using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using Slipway.Secrets;
using Slipway.Server.Tests.Support;
using Slipway.Testing;

namespace Slipway.Server.Tests;

/// <summary>The real process: what it says before it starts, and how it ends.</summary>
public sealed partial class StartupTests
{
    [Fact]
    public async Task H8_Everything_that_is_missing_is_reported_at_once()
    {
        using var directory = new TemporaryDirectory();
        using var server = Start(directory, []);

        var (exitCode, _, errors) = await ReadAsync(server);

        exitCode.ShouldBe(1);
        foreach (var name in (string[])["HETZNER_API_TOKEN", "TAILSCALE_OAUTH_CLIENT_ID", "TAILSCALE_OAUTH_CLIENT_SECRET", "STRIPE_SECRET_KEY", "Stripe:WebhookSecrets", "Machines:PublicUrl", "Machines:ControlPlaneAddresses", "there is no such directory"])
        {
            errors.ShouldContain(name);
        }

        errors.ShouldContain("8 thing(s) to mend");
        errors.ShouldNotContain("   at ", Case.Sensitive, "a stack trace is no help");
    }

    [Fact]
    public async Task C3_Every_mistake_in_every_blueprint_is_reported_with_its_place_and_the_server_does_not_start()
    {
        using var directory = new TemporaryDirectory();
        var blueprints = Directory.CreateDirectory(directory.File("blueprints")).FullName;
        var hello = await File.ReadAllTextAsync(Path.Combine(SourceTree.Blueprints, "hello.yaml"));
        await File.WriteAllTextAsync(Path.Combine(blueprints, "hello.yaml"), hello.Replace("  image:", "  imagee:", StringComparison.Ordinal));
        await File.WriteAllTextAsync(Path.Combine(blueprints, "other.yaml"), "blueprint: other\n  machine: [\n");
        using var server = Start(directory, Complete(directory, blueprints));

        var (exitCode, _, errors) = await ReadAsync(server);

        exitCode.ShouldBe(1);
        errors.ShouldMatch(@"hello\.yaml[:(]\d+");
        errors.ShouldContain("imagee");
        errors.ShouldMatch(@"other\.yaml[:(]\d+");
    }

    [Fact]
    public async Task It_starts_shows_its_first_token_once_and_ends_well_on_SIGTERM()
    {
        using var directory = new TemporaryDirectory();
        string? token = null;
        for (var start = 1; start <= 2; start++)
        {
            using var server = Start(directory, Complete(directory, SourceTree.Blueprints));
            var (address, shown) = await ListeningAsync(server);
            (shown is not null).ShouldBe(start == 1);
            token ??= shown;
            using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(address) };
            http.DefaultRequestHeaders.Authorization = new("Bearer", token);
            using (var answer = await http.GetAsync("v1/agents"))
            {
                answer.StatusCode.ShouldBe(HttpStatusCode.OK);
            }

            using var terminate = Process.Start("kill", ["-TERM", $"{server.Id}"]);
            await terminate.WaitForExitAsync();
            var (exitCode, _, errors) = await ReadAsync(server);
            exitCode.ShouldBe(0, errors);
        }
    }

    [Fact]
    public async Task S1_a_server_whose_master_key_is_not_its_databases_does_not_start_and_says_what_to_do()
    {
        using var directory = new TemporaryDirectory();
        var (first, second) = (MasterKey.Create(), MasterKey.Create());
        await RunOnceAsync(directory, first.Reveal());

        var strange = await RefusedAsync(directory, second.Reveal());
        await RunOnceAsync(directory, $"{second.Reveal()},{first.Reveal()}");
        var earlier = await RefusedAsync(directory, first.Reveal());

        strange.ShouldContain(first.Id);
        strange.ShouldContain(second.Id);
        strange.ShouldContain("put the earlier one behind the new one");
        earlier.ShouldContain(second.Id, Case.Sensitive, "since the key was replaced there are secrets only the new one opens");
        foreach (var said in (string[])[strange, earlier])
        {
            said.ShouldContain(SecretsOptions.EnvironmentVariable);
            said.ShouldNotContain(first.Reveal());
            said.ShouldNotContain(second.Reveal());
            said.ShouldNotContain("   at ", Case.Sensitive, "a stack trace is no help");
        }
    }

    private static async Task RunOnceAsync(TemporaryDirectory directory, string key)
    {
        using var server = Start(directory, new(Complete(directory, SourceTree.Blueprints)) { [SecretsOptions.EnvironmentVariable] = key });
        await ListeningAsync(server);
        using var terminate = Process.Start("kill", ["-TERM", $"{server.Id}"]);
        await terminate.WaitForExitAsync();
        var (exitCode, _, errors) = await ReadAsync(server);
        exitCode.ShouldBe(0, errors);
    }

    private static async Task<string> RefusedAsync(TemporaryDirectory directory, string key)
    {
        using var server = Start(directory, new(Complete(directory, SourceTree.Blueprints)) { [SecretsOptions.EnvironmentVariable] = key });
        var (exitCode, _, errors) = await ReadAsync(server);
        exitCode.ShouldBe(1);
        return errors;
    }

    private static Dictionary<string, string> Complete(TemporaryDirectory directory, string blueprints) => new()
    {
        ["HETZNER_API_TOKEN"] = "token",
        ["TAILSCALE_OAUTH_CLIENT_ID"] = "client",
        ["TAILSCALE_OAUTH_CLIENT_SECRET"] = "secret",
        ["STRIPE_SECRET_KEY"] = "sk_test",
        ["STRIPE_WEBHOOK_SECRET"] = "whsec_test",
        // Nobody is there; nothing of a test goes further than this machine.
        ["Stripe__BaseUrl"] = "http://127.0.0.1:9/",
        ["Database"] = directory.File("slipway.db"),
        ["Machines__PublicUrl"] = "https://slipway.example.com",
        ["Machines__ControlPlaneAddresses__0"] = "203.0.113.5/32",
        ["Machines__BlueprintDirectory"] = blueprints,
    };

    private static Process Start(TemporaryDirectory directory, Dictionary<string, string> environment)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "slipway-server.dll"), "--urls=http://127.0.0.1:0"])
        {
            WorkingDirectory = directory.Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var inherited in start.Environment.Keys.Where(k => !Kept().IsMatch(k)).ToList())
        {
            start.Environment.Remove(inherited);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    private static async Task<(string Address, string? Token)> ListeningAsync(Process server)
    {
        using var limit = Eventually.Limit();
        string? token = null;
        while (await server.StandardOutput.ReadLineAsync(limit.Token) is { } line)
        {
            token = FirstToken().Match(line) is { Success: true } shown ? shown.Value : token;
            if (ListeningAt().Match(line) is { Success: true } at)
            {
                return (at.Groups["url"].Value, token);
            }
        }

        throw new InvalidOperationException($"It ended before it listened: {await server.StandardError.ReadToEndAsync(limit.Token)}");
    }

    private static async Task<(int ExitCode, string Output, string Errors)> ReadAsync(Process server)
    {
        using var limit = Eventually.Limit();
        try
        {
            var output = server.StandardOutput.ReadToEndAsync(limit.Token);
            var errors = await server.StandardError.ReadToEndAsync(limit.Token);
            await server.WaitForExitAsync(limit.Token);
            return (server.ExitCode, await output, errors);
        }
        finally
        {
            if (!server.HasExited)
            {
                server.Kill();
            }
        }
    }

    [GeneratedRegex("^(PATH|HOME|DOTNET_.*|TMPDIR|LANG)$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Kept();

    [GeneratedRegex("slw_[A-Za-z0-9._-]+", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex FirstToken();

    [GeneratedRegex(@"listening on: (?<url>http://[\d.:]+)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ListeningAt();
}
