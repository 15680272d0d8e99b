using System.Diagnostics;
using System.Text.Json.Nodes;
using Slipway.LocalCloud.Tests.Support;
using Slipway.Testing;

namespace Slipway.LocalCloud.Tests.Nspawn;

/// <summary>The machine faults on real machines, seen with the system's own ssh.</summary>
[Collection(NspawnCollection.Name)]
public sealed class NspawnFaultTests
{
    [Fact]
    public async Task Faults_of_a_boot_strike_real_machines()
    {
        await using var place = await Place.StartAsync();
        await place.FaultAsync("phone_home_lost", "lost-1");
        await place.FaultAsync("phone_home_doubled", "twice-1");
        await place.FaultAsync("cloud_init_fails", "broken-1");
        await place.FaultAsync("never_boots", "hung-1");
        await Task.WhenAll(((string[])["lost-1", "twice-1", "broken-1", "hung-1"]).Select(n => place.OrderAsync(n)));

        await Place.UntilAsync(() => Task.FromResult(place.CallsOf("twice-1") == 2), "two calls");
        await Place.UntilAsync(async () => (await place.SshAsync("lost-1", "cat /var/lib/cloud/instance/boot-finished")).Code == 0, "the silent boot's end");
        await Place.UntilAsync(async () => (await place.SshAsync("broken-1", "cat /var/lib/cloud/instance/boot-finished")).Code == 0, "the broken boot's end");

        place.CallsOf("lost-1").ShouldBe(0);
        place.CallsOf("broken-1").ShouldBe(0);
        place.CallsOf("hung-1").ShouldBe(0);
        (await place.SshAsync("hung-1", "true")).Errors.ShouldNotBeEmpty();
        (await place.StatusAsync("hung-1")).ShouldBe("running");
    }

    [Fact]
    public async Task Faults_of_ssh_strike_a_running_machine_and_go_when_they_are_taken_back()
    {
        await using var place = await Place.StartAsync();
        await place.OrderAsync("agent-1");
        await Place.UntilAsync(() => Task.FromResult(place.CallsOf("agent-1") == 1), "phone-home");
        await Place.UntilAsync(async () => (await place.SshAsync("agent-1", "cat /var/lib/cloud/instance/boot-finished")).Code == 0, "the boot's end");

        var refuses = await place.FaultAsync("ssh_refuses", "agent-1");
        await Place.UntilAsync(async () => (await place.SshAsync("agent-1", "true")).Errors.Contains("Connection refused", StringComparison.Ordinal), "refusal");
        await place.TakeBackAsync(refuses);
        await Place.UntilAsync(async () => (await place.SshAsync("agent-1", "true")).Code == 0, "the end of the refusals");

        var hangs = await place.FaultAsync("ssh_hangs", "agent-1");
        await Place.UntilAsync(async () => (await place.SshAsync("agent-1", "true")).Errors.Contains("timed out", StringComparison.Ordinal), "silence");
        await place.TakeBackAsync(hangs);
        await Place.UntilAsync(async () => (await place.SshAsync("agent-1", "true")).Code == 0, "the end of the silence");

        await place.FaultAsync("ssh_drops", "agent-1");
        (await place.SshAsync("agent-1", "touch /root/begun; sleep 60; touch /root/ended")).Code.ShouldBe(255);
        (await place.SshAsync("agent-1", "ls /root")).Output.Trim().ShouldBe("begun");

        var before = (await place.SshAsync("agent-1", "cat /etc/ssh/ssh_host_ed25519_key.pub")).Output;
        await place.FaultAsync("ssh_changes_host_key", "agent-1");
        await Place.UntilAsync(
            async () => await place.SshAsync("agent-1", "cat /etc/ssh/ssh_host_ed25519_key.pub") is { Code: 0 } now && now.Output != before, "another key");
    }

    private sealed class Place : IAsyncDisposable
    {
        private readonly TemporaryDirectory _directory = new();
        private readonly HttpClient _http = new();
        private LocalCloudHost _host = null!;
        private Receiver _home = null!;
        private string _key = "";

        public static async Task<Place> StartAsync()
        {
            var place = new Place { _home = await Receiver.StartAsync() };
            await Computer.RunAsync("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", place._directory.File("id"));
            place._key = (await File.ReadAllTextAsync(place._directory.File("id.pub"))).Trim();
            place._host = await LocalCloudHost.StartAsync(new LocalCloudOptions
            {
                Urls = "http://127.0.0.1:0",
                Machines = "nspawn",
                StateDirectory = place._directory.File("state"),
                Expose = [place._home.Url.Port],
            });
            place._http.BaseAddress = place._host.BaseUrl;
            place._http.DefaultRequestHeaders.Authorization = new("Bearer", "local-hetzner-token");
            await place.PostAsync("v1/ssh_keys", new JsonObject { ["name"] = "tests", ["public_key"] = place._key });
            return place;
        }

        public int CallsOf(string name) => _home.All.Count(r => r.Path == $"/{name}");

        public async Task OrderAsync(string name)
        {
            var info = JsonNode.Parse(await _http.GetStringAsync("_local/info"))!;
            await PostAsync("v1/servers", new JsonObject
            {
                ["name"] = name,
                ["server_type"] = "cx23",
                ["image"] = "debian-12",
                ["location"] = "fsn1",
                ["ssh_keys"] = new JsonArray("tests"),
                ["user_data"] = $"#cloud-config\nphone_home:\n  url: http://{info["host"]}:{_home.Url.Port}/{name}\n  post: [instance_id]\n  tries: 3\n",
            });
        }

        public async Task<string> FaultAsync(string kind, string server) =>
            (string)(await PostAsync("_local/faults", new JsonObject { ["kind"] = kind, ["server"] = server }))["id"]!;

        public async Task TakeBackAsync(string id) => (await _http.DeleteAsync($"_local/faults/{id}")).EnsureSuccessStatusCode();

        public async Task<string?> StatusAsync(string name) => (string?)(await ServerAsync(name))["status"];

        public async Task<(int Code, string Output, string Errors)> SshAsync(string name, string command)
        {
            var address = (string)(await ServerAsync(name))["public_net"]!["ipv4"]!["ip"]!;
            using var process = Process.Start(new ProcessStartInfo(
                "ssh",
                [
                    "-F", "none", "-T", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR",
                    "-o", "ConnectTimeout=3", "-o", "IdentitiesOnly=yes", "-i", _directory.File("id"), $"root@{address}", command,
                ])
            {
                UseShellExecute = false,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            process.StandardInput.Close();
            var output = process.StandardOutput.ReadToEndAsync();
            var errors = process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(2));
            return (process.ExitCode, await output, await errors);
        }

        /// <summary>Real machines live in real time, so this looks again and again; time only bounds a test that would never end.</summary>
        public static async Task UntilAsync(Func<Task<bool>> so, string what)
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
            while (!await so())
            {
                patience.IsCancellationRequested.ShouldBeFalse($"{what} did not come");
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
            }
        }

        public async ValueTask DisposeAsync()
        {
            _http.Dispose();
            await _host.DisposeAsync();
            await _home.DisposeAsync();
            _directory.Dispose();
        }

        private async Task<JsonNode> ServerAsync(string name) =>
            JsonNode.Parse(await _http.GetStringAsync($"v1/servers?name={name}"))!["servers"]![0]!;

        private async Task<JsonNode> PostAsync(string path, JsonObject body)
        {
            using var answer = await _http.PostAsync(path, new StringContent(body.ToJsonString(), System.Text.Encoding.UTF8, "application/json"));
            var text = await answer.Content.ReadAsStringAsync();
            answer.IsSuccessStatusCode.ShouldBeTrue(text);
            return JsonNode.Parse(text)!;
        }
    }
}
