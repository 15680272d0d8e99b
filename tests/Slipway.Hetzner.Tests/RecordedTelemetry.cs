using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Slipway.Hetzner.Tests;

/// <summary>Everything the library traces and measures in this test. Tests run side by side, so only what this test's flow caused counts.</summary>
internal sealed class RecordedTelemetry : IDisposable
{
    private static readonly AsyncLocal<RecordedTelemetry?> Current = new();

    private readonly List<Activity> _activities = [];
    private readonly List<(string Instrument, double Value, string Tags)> _measured = [];
    private readonly ActivityListener _activityListener;
    private readonly MeterListener _meterListener = new();

    public RecordedTelemetry()
    {
        Current.Value = this;
        _activityListener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == HetznerClient.TelemetryName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                if (Current.Value == this)
                {
                    lock (_activities)
                    {
                        _activities.Add(activity);
                    }
                }
            },
        };
        ActivitySource.AddActivityListener(_activityListener);
        _meterListener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == HetznerClient.TelemetryName)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _meterListener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Measured(instrument, value, tags));
        _meterListener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Measured(instrument, value, tags));
        _meterListener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Measured(instrument, value, tags));
        _meterListener.Start();
    }

    public IReadOnlyList<Activity> Activities
    {
        get
        {
            lock (_activities)
            {
                return [.. _activities];
            }
        }
    }

    /// <summary>Every name, tag, event and description, as one text.</summary>
    public string Everything => string.Join('\n', [
        .. Activities.Select(a => $"{a.DisplayName} {a.StatusDescription} {Text(a.TagObjects)} {string.Join(' ', a.Events.Select(e => $"{e.Name} {Text(e.Tags)}"))} {Text(a.Baggage.Select(b => KeyValuePair.Create(b.Key, (object?)b.Value)))}"),
        .. All.Select(m => $"{m.Instrument} {m.Tags}"),
    ]);

    public IEnumerable<(double Value, string Tags)> Of(string instrument) => All.Where(m => m.Instrument == instrument).Select(m => (m.Value, m.Tags));

    /// <summary>Reads the gauges.</summary>
    public void Collect() => _meterListener.RecordObservableInstruments();

    public void Dispose()
    {
        Current.Value = null;
        _activityListener.Dispose();
        _meterListener.Dispose();
    }

    private IReadOnlyList<(string Instrument, double Value, string Tags)> All
    {
        get
        {
            lock (_measured)
            {
                return [.. _measured];
            }
        }
    }

    private void Measured(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (Current.Value == this)
        {
            lock (_measured)
            {
                _measured.Add((instrument.Name, value, Text(tags.ToArray())));
            }
        }
    }

    private static string Text(IEnumerable<KeyValuePair<string, object?>> tags) => string.Join(' ', tags.Select(t => $"{t.Key}={t.Value}"));
}
