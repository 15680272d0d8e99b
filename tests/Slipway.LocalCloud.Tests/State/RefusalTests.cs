using System.Text;
using Slipway.Testing;

namespace Slipway.LocalCloud.Tests.State;

/// <summary>A directory that cannot be trusted is refused, with what to do, and left as it is.</summary>
public sealed class RefusalTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string Kept => _directory.File("state");

    private string File => Path.Combine(Kept, "state.json");

    [Fact]
    public async Task A_directory_another_living_cloud_uses_is_refused()
    {
        await using var first = await StartAsync();

        (await RefusedAsync()).ShouldContain("another LocalCloud that runs uses");

        await first.DisposeAsync();
        await using var next = await StartAsync();
    }

    [Fact]
    public async Task Somebody_elses_directory_is_refused()
    {
        Directory.CreateDirectory(Kept);
        await System.IO.File.WriteAllTextAsync(Path.Combine(Kept, "thesis.txt"), "mine");

        (await RefusedAsync()).ShouldContain("thesis.txt");
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("slipway-local-state 1 0000\n{}")]
    [InlineData("slipway-local-state one two\n{}")]
    public async Task A_file_that_is_no_state_is_refused(string text)
    {
        Directory.CreateDirectory(Kept);
        await System.IO.File.WriteAllTextAsync(File, text);

        (await RefusedAsync()).ShouldContain("damaged");

        (await System.IO.File.ReadAllTextAsync(File)).ShouldBe(text, "nothing was changed");
    }

    [Fact]
    public async Task One_wrong_byte_and_a_missing_end_are_noticed()
    {
        await using (await StartAsync())
        {
        }

        var whole = await System.IO.File.ReadAllBytesAsync(File);
        foreach (var damaged in (byte[][])[Flipped(whole, whole.Length / 2), Flipped(whole, whole.Length - 2), whole[..^1], [.. whole, (byte)' ']])
        {
            await System.IO.File.WriteAllBytesAsync(File, damaged);
            (await RefusedAsync()).ShouldContain("damaged");
        }

        await System.IO.File.WriteAllBytesAsync(File, whole);
        await using var again = await StartAsync();
    }

    [Fact]
    public async Task A_lost_file_is_no_new_state_when_there_is_more_of_it()
    {
        await using (await StartAsync())
        {
        }

        System.IO.File.Delete(File);
        Directory.CreateDirectory(Path.Combine(Kept, "machines"));

        (await RefusedAsync()).ShouldContain("put state.json back");
    }

    [Fact]
    public async Task A_newer_clouds_state_is_refused()
    {
        Directory.CreateDirectory(Kept);
        await System.IO.File.WriteAllTextAsync(File, "slipway-local-state 2 abc\nwhatever that will be");

        (await RefusedAsync()).ShouldContain("newer LocalCloud");
    }

    [Fact]
    public async Task Another_drivers_state_is_refused()
    {
        await using (await StartAsync())
        {
        }

        var text = Encoding.UTF8.GetString(await System.IO.File.ReadAllBytesAsync(File)).Split('\n')[1].Replace("\"simulated\"", "\"nspawn\"", StringComparison.Ordinal);
        var sum = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(text)));
        await System.IO.File.WriteAllTextAsync(File, $"slipway-local-state 1 {sum}\n{text}");

        (await RefusedAsync()).ShouldContain("--machines nspawn");
    }

    [Fact]
    public async Task Something_in_a_location_the_options_leave_out_is_refused()
    {
        await using (var cloud = await StartAsync())
        {
            using var http = new HttpClient { BaseAddress = cloud.BaseUrl };
            http.DefaultRequestHeaders.Authorization = new("Bearer", "local-hetzner-token");
            using var made = await http.PostAsync("v1/volumes", new StringContent("""{"name":"v","size":10,"location":"hel1"}""", Encoding.UTF8, "application/json"));
            made.IsSuccessStatusCode.ShouldBeTrue();
        }

        var mistake = await Should.ThrowAsync<LocalCloudOptionsException>(() => StartAsync(o => o.Locations = "fsn1"));
        mistake.Message.ShouldContain("hel1");
        await using var again = await StartAsync();
    }

    [Fact]
    public async Task Two_places_for_disks_are_one_too_many()
    {
        var mistake = await Should.ThrowAsync<LocalCloudOptionsException>(() => StartAsync(o => o.StateDirectory = "/elsewhere"));

        mistake.Message.ShouldContain("leave --state-directory out");
    }

    [Fact]
    public async Task Only_its_owner_can_read_the_tokens_in_it()
    {
        await using var cloud = await StartAsync();

        if (!OperatingSystem.IsWindows())
        {
            System.IO.File.GetUnixFileMode(Kept).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    public void Dispose() => _directory.Dispose();

    private static byte[] Flipped(byte[] bytes, int at)
    {
        var copy = bytes.ToArray();
        copy[at] ^= 1;
        return copy;
    }

    private Task<LocalCloudHost> StartAsync(Action<LocalCloudOptions>? configure = null)
    {
        var options = new LocalCloudOptions { Urls = "http://127.0.0.1:0", State = Kept };
        configure?.Invoke(options);
        return LocalCloudHost.StartAsync(options);
    }

    private async Task<string> RefusedAsync() => (await Should.ThrowAsync<LocalCloudOptionsException>(() => StartAsync())).Message;
}
