using System.Collections.Concurrent;
using System.Globalization;
using Slipway.Hetzner;

namespace Slipway.Benchmarks.Clients;

/// <summary>A server there is, and its create action.</summary>
public sealed record Member(long Server, long Action);

/// <summary>Thousands of servers, made as fast as LocalCloud takes them.</summary>
public static class Fleet
{
    /// <summary>Machines that need no time and requests without end, for what measures neither.</summary>
    public static readonly IReadOnlyList<string> Unhurried = ["--rate-limit", "1000000000", "--create-time", "0", "--start-time", "0", "--boot-time", "0"];

    /// <summary>Each is labelled with its number and with one of a hundred groups.</summary>
    public static async Task<IReadOnlyList<Member>> MakeAsync(CloudProcess cloud, int servers, CancellationToken cancellationToken)
    {
        using var hetzner = new HetznerClient(new HetznerOptions { Token = CloudProcess.Token, BaseUrl = new Uri(cloud.Url, "/v1/") });
        var made = new ConcurrentBag<Member>();
        var bounded = new ParallelOptions { MaxDegreeOfParallelism = 32, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, servers, bounded, async (i, cancel) =>
        {
            var number = i.ToString(CultureInfo.InvariantCulture);
            var request = new CreateServerRequest
            {
                Name = $"held-{number}",
                ServerType = Contender.ServerType,
                Image = Contender.Image,
                Location = Contender.Location,
                Labels = new Dictionary<string, string> { ["agent"] = number, ["group"] = (i % 100).ToString(CultureInfo.InvariantCulture) },
            };
            var answer = await hetzner.Servers.CreateAsync(request, cancel);
            made.Add(new Member(answer.Server.Id, answer.Action.Id));
        });
        return [.. made.OrderBy(m => m.Server)];
    }
}
