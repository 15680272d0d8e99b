using System.Globalization;
using System.Text.Json.Nodes;

namespace Slipway.LocalCloud.Hetzner;

internal sealed record MetricsAnswer(Metrics Metrics);

internal sealed record Metrics(DateTimeOffset Start, DateTimeOffset End, double Step, IReadOnlyDictionary<string, TimeSeries> TimeSeries);

/// <summary>Pairs of Unix seconds and a decimal text.</summary>
internal sealed record TimeSeries(IReadOnlyList<JsonArray> Values);

/// <summary>Nothing is measured: a value follows from the server, the moment, and whether it had power then.</summary>
internal static class ServerMetricsEndpoints
{
    private const int UsualSamples = 200;
    private const int MostSamples = 500;

    private static readonly Dictionary<string, (string Name, double Most)[]> Series = new()
    {
        ["cpu"] = [("cpu", 100)],
        ["disk"] =
        [
            ("disk.0.iops.read", 200), ("disk.0.iops.write", 400), ("disk.0.bandwidth.read", 4_000_000),
            ("disk.0.bandwidth.write", 8_000_000),
        ],
        ["network"] =
        [
            ("network.0.pps.in", 500), ("network.0.pps.out", 400), ("network.0.bandwidth.in", 600_000),
            ("network.0.bandwidth.out", 300_000),
        ],
    };

    public static void MapServerMetrics(this IEndpointRouteBuilder api) => api.MapGet(
        "/servers/{id:long}/metrics", (long id, HttpContext context, HetznerProject project) =>
        {
            var query = context.Request.Query;
            var types = query["type"].SelectMany(t => (t ?? "").Split(',')).Distinct().ToList();
            if (types.Count == 0 || !types.TrueForAll(Series.ContainsKey))
            {
                throw HetznerFault.InvalidField("type", "Must be one of: cpu, disk, network.");
            }

            var (start, end) = (Time(query, "start"), Time(query, "end"));
            if (end <= start)
            {
                throw HetznerFault.InvalidField("end", "Must be after start.");
            }

            var step = Step(query, end - start);
            lock (project.Gate)
            {
                var server = project.Server(id);
                var series = types.SelectMany(t => Series[t]).ToDictionary(
                    s => s.Name, s => new TimeSeries(Samples(server, s.Name, s.Most, start, end, step, project.Now)));
                return TypedResults.Json(new MetricsAnswer(new Metrics(start, end, step, series)), HetznerJson.Wire.MetricsAnswer);
            }
        });

    /// <summary>There are samples from the server's creation until now.</summary>
    private static List<JsonArray> Samples(
        Server server, string name, double most, DateTimeOffset start, DateTimeOffset end, double step, DateTimeOffset now)
    {
        var samples = new List<JsonArray>();
        for (var at = start; at < end && at <= now; at += TimeSpan.FromSeconds(step))
        {
            if (at >= server.Created)
            {
                var seconds = at.ToUnixTimeMilliseconds() / 1000.0;
                var value = server.HadPower(at) ? most * Share(server.Id, name, at.ToUnixTimeSeconds()) : 0;
                // The constructor, not a collection expression: adding a T asks for reflection, which the shipped program is without.
                samples.Add(new JsonArray(seconds, value.ToString("0.######", CultureInfo.InvariantCulture)));
            }
        }

        return samples;
    }

    /// <summary>A wave of an hour around a quarter, each server and series at another point of it.</summary>
    private static double Share(long server, string name, long seconds)
    {
        var phase = (server * 31 + name.Sum(c => c)) % 3600;
        return 0.25 + 0.2 * Math.Sin((seconds + phase) % 3600 * 2 * Math.PI / 3600);
    }

    private static double Step(IQueryCollection query, TimeSpan period)
    {
        var least = Math.Max(1, Math.Ceiling(period.TotalSeconds / MostSamples));
        if (query["step"] is not [{ Length: > 0 } text, ..])
        {
            return Math.Max(1, Math.Ceiling(period.TotalSeconds / UsualSamples));
        }

        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var step) && step > 0
            ? Math.Max(least, step)
            : throw HetznerFault.InvalidField("step", "Must be a positive number of seconds.");
    }

    private static DateTimeOffset Time(IQueryCollection query, string parameter) =>
        DateTimeOffset.TryParse(query[parameter], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : throw HetznerFault.InvalidField(parameter, "Must be a time as 2026-11-21T09:00:00Z.");
}
