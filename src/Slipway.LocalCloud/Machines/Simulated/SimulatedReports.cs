using Slipway.LocalCloud.Clock;

namespace Slipway.LocalCloud.Machines.Simulated;

/// <summary>Sends a machine's forms home, as often as it takes: the other side may be restarting.</summary>
internal sealed class SimulatedReports(TimeProvider time, HttpMessageHandler? transport = null) : IDisposable
{
    private static readonly TimeSpan BetweenTries = TimeSpan.FromSeconds(3);

    private readonly HttpClient _http = new(transport ?? new SocketsHttpHandler { MaxConnectionsPerServer = 64, AllowAutoRedirect = true })
    {
        Timeout = TimeSpan.FromSeconds(30),
        DefaultRequestHeaders = { { "User-Agent", "Cloud-Init/26.2" } },
    };

    public async Task<bool> PostAsync(
        SimulatedMachine machine, Uri url, IReadOnlyList<KeyValuePair<string, string>> fields, int tries, CancellationToken powerLost)
    {
        for (var attempt = 1; ; attempt++)
        {
            if (await TryPostAsync(machine, url, fields, powerLost))
            {
                return true;
            }

            if (attempt >= tries)
            {
                machine.Print($"Giving up on {url.Host} after {attempt} tries.");
                return false;
            }

            await Task.Delay(BetweenTries, time, powerLost);
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<bool> TryPostAsync(
        SimulatedMachine machine, Uri url, IReadOnlyList<KeyValuePair<string, string>> fields, CancellationToken powerLost)
    {
        try
        {
            using var exchange = (time as CloudClock)?.Exchange();
            using var form = new FormUrlEncodedContent(fields);
            using var answer = await _http.PostAsync(url, form, powerLost);
            machine.Print($"POST to {url.Host}: {(int)answer.StatusCode}");
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException broken)
        {
            machine.Print($"POST to {url.Host}: {broken.Message}");
            return false;
        }
        catch (TaskCanceledException) when (!powerLost.IsCancellationRequested)
        {
            machine.Print($"POST to {url.Host}: timed out");
            return false;
        }
    }
}
