using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Slipway.Hetzner.Http;

namespace Slipway.Hetzner;

/// <summary>What a server's host measured. Source: Hetzner's OpenAPI document, <c>GET /servers/{id}/metrics</c>.</summary>
public sealed record ServerMetrics
{
    /// <summary>The time of the first sample.</summary>
    public DateTimeOffset Start { get; init; }

    /// <summary>The time of the last sample.</summary>
    public DateTimeOffset End { get; init; }

    /// <summary>The seconds between two samples, as Hetzner chose them.</summary>
    public double Step { get; init; }

    /// <summary>
    /// The series by name: <c>cpu</c> (percent of one core), <c>disk.0.iops.read</c>, <c>disk.0.bandwidth.write</c> (bytes/s),
    /// <c>network.0.pps.in</c> (packets/s), <c>network.0.bandwidth.out</c> (bytes/s)…
    /// </summary>
    public IReadOnlyDictionary<string, MetricSeries> TimeSeries { get => field ?? new Dictionary<string, MetricSeries>(); init; }

    internal static Query QueryOf(IReadOnlyCollection<string> types, DateTimeOffset start, DateTimeOffset end, TimeSpan? step)
    {
        ArgumentNullException.ThrowIfNull(types);
        if (types.Count == 0 || end <= start)
        {
            throw new ArgumentException($"Metrics need at least one type, and an end ({end:O}) after the start ({start:O}).", nameof(types));
        }

        return new Query()
            .Add("type", string.Join(',', types))
            .Add("start", start.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture))
            .Add("end", end.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture))
            .Add("step", step is { } s ? ((long)s.TotalSeconds).ToString(CultureInfo.InvariantCulture) : null);
    }
}

/// <summary>What <see cref="ServersClient.GetMetricsAsync"/> can read.</summary>
public static class ServerMetricTypes
{
    /// <summary>Percent of a core; 400 is four busy cores.</summary>
    public const string Cpu = "cpu";

    /// <summary>Operations and bytes per second.</summary>
    public const string Disk = "disk";

    /// <summary>Packets and bytes per second on the public interface.</summary>
    public const string Network = "network";
}

/// <summary>One series of samples.</summary>
public sealed record MetricSeries
{
    /// <summary>The samples, oldest first.</summary>
    [JsonConverter(typeof(MetricSamplesConverter))]
    public IReadOnlyList<MetricSample> Values { get => field ?? []; init; }
}

/// <summary>One measurement.</summary>
/// <param name="At">When.</param>
/// <param name="Value">In the series' unit.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct MetricSample(DateTimeOffset At, double Value);

internal sealed record ServerMetricsAnswer(ServerMetrics? Metrics);

/// <summary>Samples come as pairs of Unix seconds and a number in a string: <c>[1435781470.622, "42.1"]</c>.</summary>
internal sealed class MetricSamplesConverter : JsonConverter<IReadOnlyList<MetricSample>>
{
    public override IReadOnlyList<MetricSample> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var json = JsonDocument.ParseValue(ref reader);
        if (json.RootElement.ValueKind != JsonValueKind.Array)
        {
            throw new JsonException("The samples of a series are not a list.");
        }

        return [.. json.RootElement.EnumerateArray().Select(ToSample)];
    }

    public override void Write(Utf8JsonWriter writer, IReadOnlyList<MetricSample> value, JsonSerializerOptions options) =>
        throw new NotSupportedException("Metrics are only ever read.");

    private static MetricSample ToSample(JsonElement pair) =>
        pair.ValueKind == JsonValueKind.Array && pair.GetArrayLength() >= 2
            ? new MetricSample(DateTimeOffset.UnixEpoch.AddSeconds(NumberOf(pair[0])), NumberOf(pair[1]))
            : throw new JsonException("A sample is not a pair of time and value.");

    private static double NumberOf(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Number => element.GetDouble(),
        JsonValueKind.String when double.TryParse(element.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number,
        _ => throw new JsonException("A sample holds something that is not a number."),
    };
}
