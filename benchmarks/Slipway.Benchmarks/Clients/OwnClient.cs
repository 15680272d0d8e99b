using Slipway.Hetzner;

namespace Slipway.Benchmarks.Clients;

/// <summary>Our contender's program: Slipway.Hetzner as one would use it.</summary>
public sealed class OwnClient(HetznerClient hetzner, TextWriter output, TextWriter errors)
{
    /// <summary>The endpoint and the token come from where the CLI finds them.</summary>
    public static HetznerClient Connect() => new(new HetznerOptions
    {
        Token = Environment.GetEnvironmentVariable("HCLOUD_TOKEN")!,
        BaseUrl = new Uri(Environment.GetEnvironmentVariable("HCLOUD_ENDPOINT") + "/"),
        // Somebody waits here, as at the CLI, and a wait is asked about less and less often anyway.
        FirstPollAfter = TimeSpan.FromMilliseconds(25),
        PollInterval = TimeSpan.FromMilliseconds(25),
    });

    public async Task ListAsync(CancellationToken cancellationToken) =>
        await output.WriteLineAsync($"{await hetzner.Servers.ListAsync(cancellationToken: cancellationToken).CountAsync(cancellationToken)}");

    public async Task ChurnAsync(int servers, int atOnce, CancellationToken cancellationToken)
    {
        var bounded = new ParallelOptions { MaxDegreeOfParallelism = atOnce, CancellationToken = cancellationToken };
        var made = new long?[servers];
        await Parallel.ForAsync(0, servers, bounded, (i, cancel) => TellAsync(async () => made[i] = await CreateAsync($"bench-{i}", cancel)));
        await Parallel.ForEachAsync(made.OfType<long>(), bounded, (id, cancel) => TellAsync(() => DeleteAsync(id, cancel)));
    }

    private async Task<long> CreateAsync(string name, CancellationToken cancellationToken)
    {
        var made = await hetzner.Servers.CreateAsync(
            new CreateServerRequest { Name = name, ServerType = Contender.ServerType, Image = Contender.Image, Location = Contender.Location }, cancellationToken);
        foreach (var action in (HetznerAction[])[made.Action, .. made.NextActions])
        {
            await hetzner.Actions.WaitAsync(action.Id, cancellationToken: cancellationToken);
        }

        return made.Server.Id;
    }

    private async Task DeleteAsync(long id, CancellationToken cancellationToken)
    {
        if (await hetzner.Servers.DeleteAsync(id, cancellationToken) is { } action)
        {
            await hetzner.Actions.WaitAsync(action.Id, cancellationToken: cancellationToken);
        }
    }

    private async ValueTask TellAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception e) when (e is HetznerException or HetznerActionException or TimeoutException)
        {
            await errors.WriteLineAsync($"failed: {e.Message}");
        }
    }
}
