using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Slipway.Operations;

/// <summary>A named list of steps. The engine sees this face; <see cref="Plan{TState}"/> knows the type of the state.</summary>
public abstract class Plan(string name)
{
    public string Name => name;

    /// <summary>How long the whole may take before it turns round.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Whether a wish to cancel turns it round.</summary>
    public bool Cancellable { get; init; }

    /// <summary>Set for a plan that only takes away: it never turns round and never fails, it goes on until all is gone.</summary>
    public bool NeverGivesUp { get; init; }

    /// <summary>Set for a plan whose waits are for other operations: those are looked after themselves, and a long wait for them is no trouble of its own.</summary>
    public bool WaitsForOthers { get; init; }

    public abstract IReadOnlyList<string> Steps { get; }

    /// <summary>The state an operation begins with.</summary>
    internal abstract string Begin(string subject, JsonElement input);

    internal abstract StepRun? Find(string step, Direction direction);

    /// <summary>The step to go to after <paramref name="step"/>; null at the end, or when there is nothing more to undo.</summary>
    internal abstract string? After(string step, Direction direction);

    /// <summary>The step undo begins at: the one that failed, because it may have made something before it failed.</summary>
    internal abstract string? FirstUndoFrom(string step);

    internal abstract string Serialize(object state);
}

/// <summary>One step ready to run on an operation's state.</summary>
internal sealed record StepRun(
    string Name,
    TimeSpan TimeLimit,
    TimeSpan Patience,
    Func<Operation, DateTimeOffset, CancellationToken, Task<StepOutcome>> RunAsync);

/// <summary>A step of a plan, and the step that takes back what it made, if it makes something.</summary>
public sealed record PlanStep<TState>(Step<TState> Do, Step<TState>? Undo = null)
    where TState : class;

/// <param name="version">Raised when <typeparamref name="TState"/> changes in a way old rows do not fit.</param>
public sealed class Plan<TState>(
    string name,
    int version,
    JsonTypeInfo<TState> stateType,
    Func<string, JsonElement, TState> begin,
    IReadOnlyList<PlanStep<TState>> steps,
    Func<int, JsonElement, TState>? upcast = null) : Plan(name)
    where TState : class
{
    public override IReadOnlyList<string> Steps { get; } = steps.Select(s => s.Do.Name).ToList();

    internal override string Begin(string subject, JsonElement input) => Serialize(begin(subject, input));

    internal override StepRun? Find(string step, Direction direction)
    {
        var at = steps.FirstOrDefault(s => s.Do.Name == step);
        var chosen = direction == Direction.Forward ? at?.Do : at?.Undo;
        return chosen is null ? null : new StepRun(
            chosen.Name,
            chosen.TimeLimit,
            chosen.Patience,
            (operation, now, cancellation) => chosen.RunAsync(Deserialize(operation.State), new StepContext(operation, now), cancellation));
    }

    internal override string? After(string step, Direction direction)
    {
        var index = IndexOf(step);
        return direction == Direction.Forward
            ? steps.ElementAtOrDefault(index + 1)?.Do.Name
            : steps.Take(index).LastOrDefault(s => s.Undo is not null)?.Do.Name;
    }

    internal override string? FirstUndoFrom(string step) =>
        steps.Take(IndexOf(step) + 1).LastOrDefault(s => s.Undo is not null)?.Do.Name;

    internal override string Serialize(object state)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteNumber("version", version);
            writer.WritePropertyName("state");
            JsonSerializer.Serialize(writer, (TState)state, stateType);
            writer.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    internal TState Deserialize(string text)
    {
        using var document = JsonDocument.Parse(text);
        var written = document.RootElement.GetProperty("version").GetInt32();
        var state = document.RootElement.GetProperty("state");
        if (written == version)
        {
            return state.Deserialize(stateType)!;
        }

        return upcast is null
            ? throw new InvalidOperationException($"Plan '{Name}' has state version {version} and cannot read version {written}: run the build that wrote it.")
            : upcast(written, state);
    }

    private int IndexOf(string step)
    {
        for (var i = 0; i < steps.Count; i++)
        {
            if (steps[i].Do.Name == step)
            {
                return i;
            }
        }

        throw new InvalidOperationException($"Plan '{Name}' has no step '{step}': it was renamed while an operation was at it. Run the build that knows it.");
    }
}

/// <summary>All plans by name.</summary>
public sealed class PlanCatalog(IEnumerable<Plan> plans)
{
    private readonly Dictionary<string, Plan> _plans = plans.ToDictionary(p => p.Name, StringComparer.Ordinal);

    public Plan Get(string name) => _plans.TryGetValue(name, out var plan)
        ? plan
        : throw new InvalidOperationException($"There is no plan '{name}'. Known: {string.Join(", ", _plans.Keys)}.");
}
