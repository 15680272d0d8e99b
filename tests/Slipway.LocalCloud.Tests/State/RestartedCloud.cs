using Slipway.LocalCloud.Tests.Support;
using Slipway.Testing;

namespace Slipway.LocalCloud.Tests.State;

/// <summary>A LocalCloud with a state, that can be ended and started again; the test's clock stands still meanwhile.</summary>
internal sealed class RestartedCloud : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ManualTimeProvider _clock = new();
    private Action<LocalCloudOptions> _configure = _ => { };
    private string _urls = "http://127.0.0.1:0";

    public TestCloud Cloud { get; private set; } = null!;

    public string Directory => _directory.File("state");

    public static async Task<RestartedCloud> StartAsync(Action<LocalCloudOptions>? configure = null)
    {
        var restarted = new RestartedCloud();
        restarted._configure = configure ?? restarted._configure;
        restarted.Cloud = await restarted.StartOnceAsync();
        return restarted;
    }

    public async Task RestartAsync()
    {
        var (token, deviates) = (Cloud.TailscaleToken, Cloud.Deviates);
        // Some answers name the cloud's own address.
        _urls = Cloud.BaseUrl.ToString();
        await Cloud.DisposeAsync();
        Cloud = await StartOnceAsync();
        (Cloud.TailscaleToken, Cloud.Deviates) = (token, deviates);
    }

    public async ValueTask DisposeAsync()
    {
        await Cloud.DisposeAsync();
        _directory.Dispose();
    }

    private Task<TestCloud> StartOnceAsync() => TestCloud.StartAsync(
        options =>
        {
            options.State = Directory;
            options.Urls = _urls;
            _configure(options);
        },
        _clock);
}
