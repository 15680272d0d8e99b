namespace Slipway.LocalCloud.Machines.Nspawn;

/// <summary>Hands out the lowest number nobody has.</summary>
internal sealed class NumberPool(int first, int last, string what)
{
    private readonly SortedSet<int> _taken = [];

    public int Take()
    {
        lock (_taken)
        {
            for (var number = first; number <= last; number++)
            {
                if (_taken.Add(number))
                {
                    return number;
                }
            }
        }

        throw new InvalidOperationException($"All {last - first + 1} {what} are in use; delete something first.");
    }

    /// <summary>Nobody else gets this number.</summary>
    public void Reserve(int number)
    {
        lock (_taken)
        {
            _taken.Add(number);
        }
    }

    public void Return(int number)
    {
        lock (_taken)
        {
            _taken.Remove(number);
        }
    }
}
