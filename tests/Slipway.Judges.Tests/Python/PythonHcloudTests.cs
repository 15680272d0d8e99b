using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Slipway.Judges.Tests.Hcloud;
using Slipway.Judges.Tests.Support;
using Slipway.Testing;
using Xunit.Abstractions;

namespace Slipway.Judges.Tests.Python;

/// <summary>Hetzner's Python library, 1.18.2 of Debian 12; each life is a script under Scripts that says what it found wrong.</summary>
public abstract partial class PythonHcloudTests(ITestOutputHelper output)
{
    /// <summary>Debian's, which has the library; another on the path would not.</summary>
    private const string Interpreter = "/usr/bin/python3";

    protected async Task RunAsync(string script, params string[] options)
    {
        await using var cloud = await LocalCloudProcess.StartAsync(options);
        await RunAsync(script, cloud);
    }

    private protected async Task RunAsync(string script, LocalCloudProcess cloud)
    {
        using var directory = new TemporaryDirectory();
        await OrderPapers.PlaceAsync(directory);
        var path = Path.Combine(SourceTree.Project, "Python", "Scripts", $"{script}.py");
        var result = await ForeignProgram.RunAsync(Interpreter, [path], directory.Path, new Dictionary<string, string>
        {
            ["PYTHONDONTWRITEBYTECODE"] = "1",
            ["JUDGE_ENDPOINT"] = cloud.Endpoint,
            ["JUDGE_TOKEN"] = LocalCloudProcess.Token,
            ["JUDGE_PUBLIC_KEY"] = OrderPapers.PublicKey,
            ["JUDGE_CERTIFICATE"] = directory.File("certificate.pem"),
            ["JUDGE_CERTIFICATE_KEY"] = directory.File("key.pem"),
        });
        output.WriteLine(result.Output + result.Errors);
        result.ExitCode.ShouldBe(0, $"{script}.py: {result.Output}{result.Errors}");
        // A script that stopped early, or looked at nothing, is no judge.
        var facts = Facts().Match(result.Output);
        facts.Success.ShouldBeTrue($"{script}.py did not come to its end: {result.Output}");
        int.Parse(facts.Groups["count"].Value).ShouldBeGreaterThan(5);
    }

    [GeneratedRegex(@"^(?<count>\d+) facts$", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 1000)]
    private static partial Regex Facts();
}

public sealed class PythonServerTests(ITestOutputHelper output) : PythonHcloudTests(output)
{
    [Fact]
    public Task A_server_with_everything_is_ordered_told_and_deleted() => RunAsync("servers");

    [Fact]
    public Task A_servers_power_and_parts_are_changed() => RunAsync("power");

    [Fact]
    public Task An_image_lives_and_dies() => RunAsync("images");

    [Fact]
    public Task Every_refusal_has_its_code() => RunAsync("errors", "--rate-limit", "3600");
}

public sealed class PythonResourceTests(ITestOutputHelper output) : PythonHcloudTests(output)
{
    [Fact]
    public Task An_ssh_key_lives_and_dies() => RunAsync("ssh_keys");

    [Fact]
    public Task A_firewall_lives_and_dies() => RunAsync("firewalls");

    [Fact]
    public Task A_volume_lives_and_dies() => RunAsync("volumes");

    [Fact]
    public Task A_network_lives_and_dies() => RunAsync("networks");

    [Fact]
    public Task A_primary_ip_lives_and_dies_as_in_june_2026() => RunAsync("primary_ips", "--api-date", "2026-06-30");

    [Fact]
    public Task A_floating_ip_lives_and_dies() => RunAsync("floating_ips");

    [Fact]
    public Task A_load_balancer_and_a_certificate_live_and_die() => RunAsync("load_balancers");

    [Fact]
    public Task What_can_be_ordered_is_listed() => RunAsync("catalogue");
}

public sealed class PythonPageTests(ITestOutputHelper output) : PythonHcloudTests(output)
{
    [Fact]
    public async Task A_thousand_servers_are_read_page_by_page_and_selected_by_label()
    {
        await using var cloud = await LocalCloudProcess.StartAsync("--create-time", "0");
        using var http = new HttpClient { BaseAddress = cloud.BaseUrl };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", LocalCloudProcess.Token);
        await Parallel.ForEachAsync(Enumerable.Range(1, 1000), async (number, cancel) =>
        {
            var order = new
            {
                name = $"web-{number:0000}",
                server_type = "cx23",
                image = "debian-12",
                location = "fsn1",
                start_after_create = false,
                labels = new Dictionary<string, string> { ["number"] = $"{number}", ["tier"] = number % 10 == 0 ? "front" : "back" },
            };
            using var answer = await http.PostAsJsonAsync(new Uri("v1/servers", UriKind.Relative), order, cancel);
            answer.IsSuccessStatusCode.ShouldBeTrue();
        });
        await RunAsync("pages", cloud);
    }
}
