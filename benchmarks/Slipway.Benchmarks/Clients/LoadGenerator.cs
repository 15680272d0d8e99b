using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;

namespace Slipway.Benchmarks.Clients;

/// <summary>Asks LocalCloud a mix of questions over kept-alive connections, as fast as it answers.</summary>
public sealed class LoadGenerator(Uri cloud, IReadOnlyList<Member> members)
{
    private const int Connections = 32;
    private const int ActionsPerRequest = 25;

    /// <summary>What a turn of ten requests is made of.</summary>
    public const string Mix = "40 % GET /servers/{id}, 30 % GET /actions?id=… (25 ids), 10 % GET /servers?label_selector=…&per_page=50, 10 % POST and 10 % DELETE of SSH keys";

    /// <returns>Requests answered, and how long it took.</returns>
    public async Task<(long Requests, TimeSpan Elapsed)> RunAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        var answered = await Task.WhenAll(Enumerable.Range(0, Connections).Select(i => Task.Run(() => AskAsync(i, clock, time, cancellationToken), cancellationToken)));
        return (answered.Sum(), clock.Elapsed);
    }

    private async Task<long> AskAsync(int number, Stopwatch clock, TimeSpan time, CancellationToken cancellationToken)
    {
        using var connection = new LoadConnection();
        await connection.ConnectAsync(cloud, cancellationToken);
        // Each has its own fixed sequence, so that two runs ask the same.
        var random = new Random(number);
        long answered = 0;
        while (clock.Elapsed < time)
        {
            for (var i = 0; i < 4; i++)
            {
                await connection.AskAsync(Get($"servers/{members[random.Next(members.Count)].Server}"), cancellationToken);
            }

            for (var i = 0; i < 3; i++)
            {
                await connection.AskAsync(Get(ActionsFrom(random.Next(members.Count - ActionsPerRequest))), cancellationToken);
            }

            await connection.AskAsync(Get($"servers?label_selector=group%3D{random.Next(100)}&per_page=50"), cancellationToken);
            var made = await connection.AskAsync(Post("ssh_keys", NewKey(number, answered)), cancellationToken);
            await connection.AskAsync(Request("DELETE", $"ssh_keys/{IdIn(made.Span)}"), cancellationToken);
            answered += 10;
        }

        return answered;
    }

    private string ActionsFrom(int first)
    {
        var path = new StringBuilder("actions?");
        for (var i = first; i < first + ActionsPerRequest; i++)
        {
            path.Append(i > first ? "&id=" : "id=").Append(members[i].Action);
        }

        return path.ToString();
    }

    private byte[] Get(string path) => Request("GET", path);

    private byte[] Post(string path, string body) =>
        Request("POST", path, $"Content-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n", body);

    private byte[] Request(string method, string path, string headers = "", string body = "") => Encoding.UTF8.GetBytes(
        $"{method} /v1/{path} HTTP/1.1\r\nHost: {cloud.Authority}\r\nAuthorization: Bearer {CloudProcess.Token}\r\n{headers}\r\n{body}");

    private static string NewKey(int connection, long number)
    {
        Span<byte> blob = stackalloc byte[51];
        BinaryPrimitives.WriteInt32BigEndian(blob, 11);
        "ssh-ed25519"u8.CopyTo(blob[4..]);
        BinaryPrimitives.WriteInt32BigEndian(blob[15..], 32);
        BinaryPrimitives.WriteInt32BigEndian(blob[19..], connection);
        BinaryPrimitives.WriteInt64BigEndian(blob[23..], number);
        return $$"""{"name":"load-{{connection}}-{{number}}","public_key":"ssh-ed25519 {{Convert.ToBase64String(blob)}}"}""";
    }

    /// <summary>The first id in an answer, e.g. of <c>{"ssh_key":{"id":2300001,…</c>.</summary>
    private static string IdIn(ReadOnlySpan<byte> answer)
    {
        var rest = answer[(answer.IndexOf("\"id\":"u8) + 5)..];
        return Encoding.ASCII.GetString(rest[..rest.IndexOf((byte)',')]);
    }
}
