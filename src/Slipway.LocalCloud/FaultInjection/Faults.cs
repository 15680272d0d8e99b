using System.Globalization;
using Slipway.LocalCloud.State;

namespace Slipway.LocalCloud.FaultInjection;

/// <summary>The faults that were asked for, in their order; whoever could be struck asks here.</summary>
internal sealed class Faults(StateChanges changes)
{
    private readonly Lock _gate = new();
    private readonly List<Fault> _all = [];
    private int _lastId;

    /// <summary>Told after every addition and removal: a running machine must hear of it.</summary>
    public event Action? Changed;

    public IReadOnlyList<Fault> All
    {
        get
        {
            lock (_gate)
            {
                return _all.ToList();
            }
        }
    }

    public FaultsState Keep()
    {
        lock (_gate)
        {
            return new FaultsState(_lastId, _all.ConvertAll(f => f.Keep()));
        }
    }

    /// <summary>A kind this LocalCloud does not know cannot strike, so it is left out.</summary>
    public void Restore(FaultsState state)
    {
        lock (_gate)
        {
            _lastId = state.LastId;
            _all.AddRange(state.All.Where(f => FaultCatalogue.Find(f.Kind) is not null).Select(f => Fault.Restore(f, FaultCatalogue.Find(f.Kind)!)));
        }
    }

    public Fault Add(FaultKind kind, IReadOnlyDictionary<string, string> told)
    {
        Fault fault;
        lock (_gate)
        {
            fault = new Fault(string.Create(CultureInfo.InvariantCulture, $"f{++_lastId}"), kind, told);
            _all.Add(fault);
        }

        Changed?.Invoke();
        return fault;
    }

    /// <summary>The oldest fault of this kind that strikes here, one use of it spent.</summary>
    public Fault? Take(string kind, Func<Fault, bool>? matches = null) => Take(f => f.Kind.Name == kind && (matches is null || matches(f)));

    public Fault? Take(FaultScope scope, Func<Fault, bool> matches) => Take(f => f.Kind.Scope == scope && matches(f));

    /// <summary>A fault of this kind that could strike, nothing spent.</summary>
    public Fault? Find(string kind, Func<Fault, bool>? matches = null)
    {
        lock (_gate)
        {
            return _all.Find(f => f.Kind.Name == kind && !f.Spent && (matches is null || matches(f)));
        }
    }

    public bool Remove(string id)
    {
        Fault? fault;
        lock (_gate)
        {
            fault = _all.Find(f => f.Id == id);
            _all.RemoveAll(f => f.Id == id);
        }

        if (fault is null)
        {
            return false;
        }

        fault.TakeBack();
        Changed?.Invoke();
        return true;
    }

    public void Clear()
    {
        List<Fault> all;
        lock (_gate)
        {
            all = _all.ToList();
            _all.Clear();
        }

        all.ForEach(f => f.TakeBack());
        Changed?.Invoke();
    }

    private Fault? Take(Func<Fault, bool> matches)
    {
        lock (_gate)
        {
            var struck = _all.Find(f => !f.Spent && matches(f) && f.Strikes());
            if (struck is not null)
            {
                changes.Mark();
            }

            return struck;
        }
    }
}
