using System.Security.Cryptography;

namespace Slipway.CloudInit.Tests;

public sealed class UserDataTests
{
    [Fact]
    public void H2_a_document_that_fits_is_sent_as_it_is()
    {
        var config = GoldenCases.All["agent-machine"];

        var data = config.ToUserData();

        data.Encoding.ShouldBe(UserDataEncoding.Plain);
        data.Text.ShouldBe(config.ToYaml());
        data.Size.ShouldBe(System.Text.Encoding.UTF8.GetByteCount(data.Text));
        data.Warning.ShouldBeNull();
    }

    [Fact]
    public void H2_the_limits_hold_to_the_byte_and_count_bytes_not_characters()
    {
        OfSize(25_000).ToUserData().Warning.ShouldBeNull();
        OfSize(25_001).ToUserData().Warning.ShouldBe("The user data has 25001 bytes of at most 32768: move large files out of it before it grows further.");
        OfSize(32_768).ToUserData().ShouldSatisfyAllConditions(d => d.Encoding.ShouldBe(UserDataEncoding.Plain), d => d.Size.ShouldBe(32_768));
        OfSize(32_769).ToUserData().Encoding.ShouldBe(UserDataEncoding.GzipBase64);
        Containing(new string('ü', 20_000)).ToUserData().Encoding.ShouldBe(UserDataEncoding.GzipBase64);
    }

    [Fact]
    public async Task H2_a_larger_document_is_compressed_and_cloud_init_reads_it_back()
    {
        var config = Containing(string.Join('\n', Enumerable.Range(0, 8_000)));

        var data = config.ToUserData();

        data.Encoding.ShouldBe(UserDataEncoding.GzipBase64);
        data.Size.ShouldBe(data.Text.Length);
        data.Size.ShouldBeLessThanOrEqualTo(UserData.MaxSize);
        var (exitCode, output, error) = await Tool.RunAsync(
            "/usr/bin/python3",
            ["-c", "import sys; from cloudinit.sources.helpers import hetzner; from cloudinit import util; sys.stdout.buffer.write(util.decomp_gzip(hetzner.maybe_b64decode(sys.stdin.buffer.read()), decode=False))"],
            data.Text);
        exitCode.ShouldBe(0, error);
        output.ShouldBe(config.ToYaml());
    }

    [Fact]
    public void H2_compression_has_no_time_and_no_system_in_it()
    {
        var data = Containing(new string('x', 50_000)).ToUserData();

        var gzip = Convert.FromBase64String(data.Text);
        gzip[..10].ShouldBe([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF]);
        Containing(new string('x', 50_000)).ToUserData().ShouldBe(data);
    }

    [Fact]
    public void H2_a_document_that_cannot_fit_is_refused_with_its_size_and_what_to_shrink()
    {
        var noise = Convert.ToHexString(SHA512.HashData([1]));
        var random = new Random(7);
        var large = new string([.. Enumerable.Range(0, 60_000).Select(_ => (char)random.Next(' ', '~'))]);
        var config = Containing(large) with { Packages = [], WriteFiles = [new CloudFile { Path = "/etc/large", Content = large }, new CloudFile { Path = "/etc/small", Content = noise }] };

        var message = Should.Throw<CloudInitException>(config.ToUserData).Message;

        message.ShouldMatch(@"^The user data has \d{5} bytes, and \d{5} bytes when compressed; a server takes at most 32768\. "
            + @"Shrink or download instead: /etc/large \(60000 bytes\), /etc/small \(128 bytes\)\.$");
        message.ShouldNotContain(noise);
    }

    [Fact]
    public void C6_no_record_prints_what_it_carries()
    {
        var phase = new BootPhase("one", "echo secret-text");
        var url = new Uri("https://slipway.example/boot/secret-token");
        var config = new CloudConfig
        {
            WriteFiles = [new CloudFile { Path = "/run/key", Content = "secret-text" }],
            BootScript = new BootScript { ReportUrl = url, Phases = [phase] },
            PhoneHome = new PhoneHome { Url = url },
        };
        object[] records = [config, config.WriteFiles[0], config.BootScript!, config.PhoneHome!, phase, config.ToUserData()];

        records.ShouldAllBe(r => !r.ToString()!.Contains("secret"));
        config.BootScript.ToString().ShouldContain("https://slipway.example/***");
        config.WriteFiles[0].ToString().ShouldContain("/run/key");
    }

    private static CloudConfig Containing(string content) => new() { WriteFiles = [new CloudFile { Path = "/etc/filler", Content = content }] };

    private static CloudConfig OfSize(int size)
    {
        var overhead = Containing("x\n").ToYaml().Length - 1;
        var config = Containing(new string('x', size - overhead) + "\n");
        config.ToYaml().Length.ShouldBe(size);
        return config;
    }
}
