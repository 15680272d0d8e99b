using System.Text;

namespace Slipway.CloudInit.Tests;

/// <summary>Reads documents back with the YAML reader that cloud-init uses, and expects exactly the strings that went in.</summary>
public sealed class YamlTests
{
    private static readonly string[] Awkward =
    [
        "", " ", "yes", "No", "ON", "off", "y", "null", "~", "true", "FALSE", "0755", "0o755", "0x1F", "1_000", "12:30:45", "1e3", "1.5", ".inf", "-.INF", ".nan", "2026-11-21",
        "2026-11-21T09:00:00Z", "=", "<<", "-", "- a", "? a", ": a", "a: b", "a:", "a #b", "#a", "a#b", "&a", "*a", "!a", "!!str a", "|", ">", "@a", "`a`", "%a", "%YAML 1.1",
        "---", "--- a", "...", "[a]", "{a: b}", "a,b", "[", "]", "{", "}", "'", "\"", "it's", "say \"hi\"", "'quoted'", "\"quoted\"", "back\\slash", "\\n", "{{ v1.instance_id }}",
        "${HOME}", "$(id)", "tab\tinside", "\tlead", "trail ", "trail\t", " lead", "line\nbreak", "line\n", "\nlead", "two\n\n", "\n", "\n\n", "a\n\n\nb\n", "a \nb\n", " a\nb\n",
        "a\n b\n", "a\n\tb\n", "\ta\nb\n", "a\n  \nb", "a\r\nb\r\n", "a\rb", "#cloud-config\na: b\n", "- a\n- b\n", "a: |\n  b\n", "...\n---\n", "% a\nb\n", "Grüße", "naïve\nÅngström\n",
        "日本語", "emoji 🚀", "emoji\n🚀\n", "\u00a0", "a\u00a0\nb\n", "\u0085", "a\u0085b", "\u2028", "a\u2029b\nc", "\ufeff", "\ufeffa\nb\n", "\u200b", "\u00ad\na", "\u007f", "\u0000", "\u001b[0m",
        "a\u0007b\n", "\ufffd", "\ue000", "\u0300", "ssh-ed25519 AAAA+/== me@host", "https://a.example/?x=1&y=2#z", "C:\\Windows", "a" + new string(' ', 200) + "b", new string('x', 5000),
        string.Join(' ', Enumerable.Repeat("word", 500)), string.Join('\n', Enumerable.Repeat(new string('w', 300), 5)), "a:\tb\nc: d", "key: value # note\nnext\n", "\"a\nb\"\n", "'a\nb'\n",
    ];

    [Fact]
    public async Task C5_awkward_text_arrives_as_it_was_in_every_place_that_takes_free_text()
    {
        var files = Awkward.Select((text, i) => new CloudFile { Path = $"/etc/case/{i}", Content = text }).ToList();

        var document = await Tool.ParseYamlAsync(new CloudConfig { WriteFiles = files }.ToYaml());

        var written = document.GetProperty("write_files").EnumerateArray().Select(ContentOf).ToList();
        for (var i = 0; i < Awkward.Length; i++)
        {
            written[i].ShouldBe(Awkward[i], $"case {i}");
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task C5_random_text_of_awkward_pieces_arrives_as_it_was(int seed)
    {
        string[] pieces = [.. Awkward.Where(t => t.Length < 20), "\n", "\n", " ", "\t", "\n  ", ": ", " #", "- ", "'", "\"", "\\", "a", "b", "1"];
        var random = new Random(seed);
        var texts = Enumerable.Range(0, 400).Select(_ => string.Concat(Enumerable.Range(0, random.Next(1, 8)).Select(_ => pieces[random.Next(pieces.Length)]))).ToList();
        var files = texts.Select((text, i) => new CloudFile { Path = $"/etc/case/{i}", Content = text }).ToList();

        var document = await Tool.ParseYamlAsync(new CloudConfig { WriteFiles = files }.ToYaml());

        document.GetProperty("write_files").EnumerateArray().Select(ContentOf).ShouldBe(texts, $"seed {seed}");
    }

    [Fact]
    public async Task C5_names_that_look_like_other_types_stay_names()
    {
        var config = new CloudConfig
        {
            Hostname = "0755",
            Users = [new CloudUser { Name = "yes", Groups = ["no", "on"], Shell = "/bin/a b: c", AuthorizedKeys = ["ssh-ed25519 AAAA # 'x': \"y\""] }, new CloudUser { Name = "null", Home = "/" }],
            Packages = ["1e3", "n", "123"],
        };

        var document = await Tool.ParseYamlAsync(config.ToYaml());

        document.GetRawText().ShouldBe(
            """{"hostname": "0755", "users": [{"name": "yes", "shell": "/bin/a b: c", "groups": "no,on", "lock_passwd": true, "ssh_authorized_keys": ["ssh-ed25519 AAAA # 'x': \"y\""]}, {"name": "null", "homedir": "/", "lock_passwd": true}], "packages": ["1e3", "n", "123"]}""");
    }

    [Fact]
    public async Task C5_a_boot_script_arrives_byte_for_byte()
    {
        var script = new BootScript { ReportUrl = new Uri("https://slipway.example/b"), Phases = [new BootPhase("odd", "cat <<'E'\n\ttab \n  #x: y  \nE\nprintf '\\t%s\\n' \"{{ }}\"   \n")] };

        var document = await Tool.ParseYamlAsync(new CloudConfig { BootScript = script }.ToYaml());

        var file = document.GetProperty("write_files")[0];
        ContentOf(file).ShouldBe(script.ToBash());
        file.GetProperty("permissions").GetString().ShouldBe("0700");
        document.GetProperty("runcmd").GetRawText().ShouldBe("""[["bash", "/var/lib/slipway/boot.sh"]]""");
    }

    [Fact]
    public void The_same_values_give_the_same_bytes()
    {
        GoldenCases.All["agent-machine"].ToYaml().ShouldBe((GoldenCases.All["agent-machine"] with { }).ToYaml());
        GoldenCases.All["agent-machine"].ToYaml().ShouldStartWith("#cloud-config\n");
    }

    private static string ContentOf(System.Text.Json.JsonElement file) => file.TryGetProperty("encoding", out _)
        ? Encoding.UTF8.GetString(Convert.FromBase64String(file.GetProperty("content").GetString()!))
        : file.GetProperty("content").GetString()!;
}
