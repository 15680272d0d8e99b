namespace Slipway.Benchmarks.Clients;

/// <summary>A client and the way one would use it: what to run for each of the two tasks.</summary>
/// <param name="Name">As the table says it.</param>
/// <param name="Environment">What its processes find in their environment.</param>
/// <param name="List">Reads every server.</param>
/// <param name="Churn">Creates so many servers and waits until they run, then deletes them and waits; at most so many at a time.</param>
public sealed record Contender(
    string Name, IReadOnlyDictionary<string, string> Environment, IReadOnlyList<string> List, Func<int, int, IReadOnlyList<string>> Churn)
{
    /// <summary>What every server is made of.</summary>
    public const string ServerType = "cx23";

    /// <inheritdoc cref="ServerType"/>
    public const string Image = "debian-12";

    /// <inheritdoc cref="ServerType"/>
    public const string Location = "fsn1";

    /// <summary>All three, ours first.</summary>
    public static IReadOnlyList<Contender> All(Uri cloud, string token)
    {
        var endpoint = new Uri(cloud, "/v1").ToString();
        var environment = new Dictionary<string, string>
        {
            ["HCLOUD_ENDPOINT"] = endpoint,
            ["HCLOUD_TOKEN"] = token,
            // The CLI would otherwise read the user's own contexts.
            ["HCLOUD_CONFIG"] = "/dev/null",
            ["PYTHONDONTWRITEBYTECODE"] = "1",
        };
        var ours = Path.Combine(AppContext.BaseDirectory, "Slipway.Benchmarks.dll");
        var python = Path.Combine(AppContext.BaseDirectory, "python_hcloud.py");
        return
        [
            new("Slipway.Hetzner", environment, ["dotnet", ours, "own-list"], (n, atOnce) => ["dotnet", ours, "own-churn", $"{n}", $"{atOnce}"]),
            new("hcloud CLI", environment, ["hcloud", "server", "list"], (n, atOnce) => ["bash", "-c", Cli(n, atOnce)]),
            new("python3-hcloud", environment, ["/usr/bin/python3", python, "list"], (n, atOnce) => ["/usr/bin/python3", python, "churn", $"{n}", $"{atOnce}"]),
        ];
    }

    private static string Cli(int servers, int atOnce) =>
        $"""
        seq {servers} | xargs -P {atOnce} -I% hcloud server create --name bench-% --type {ServerType} --image {Image} --location {Location}
        seq {servers} | xargs -P {atOnce} -I% hcloud server delete bench-%
        """;
}
