using Slipway.Secrets;
using Slipway.Ssh;
using Slipway.Storage;

namespace Slipway.Machines.Authorities;

/// <summary>
/// The authorities whose certificates machines accept. Each machine is signed for with the newest that it is known to trust, so that none is ever locked
/// out while another takes over; the row says which these are, never a guess.
/// </summary>
/// <param name="store">The rows.</param>
/// <param name="secrets">The private keys.</param>
/// <param name="database">Where both are.</param>
/// <param name="ssh">How keys are made and certificates signed.</param>
/// <param name="time">The clock.</param>
/// <param name="first">The first authority, already open, for who brings one; else it is made and kept.</param>
public sealed class SshAuthorities(
    SshAuthorityStore store, SecretStore secrets, Database database, SshOptions ssh, TimeProvider time, SshCertificateAuthority? first = null) : IAsyncDisposable
{
    private const string Owner = "control-plane";

    /// <summary>Longer than any connection: what was signed before a drop has ended by then.</summary>
    private static readonly TimeSpan LongestUse = TimeSpan.FromMinutes(2);
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly Dictionary<long, SshCertificateAuthority> _open = first is null ? [] : new() { [1] = first };

    /// <summary>The authority to sign with for a machine: the newest that it trusts and that is not dropped.</summary>
    public async Task<SshCertificateAuthority> ForAsync(Machine machine, CancellationToken cancellationToken = default)
    {
        var trusted = await store.TrustedByAsync(machine, cancellationToken);
        var usable = (await ListAsync(cancellationToken)).Where(a => a.DroppedAt is null && trusted.Contains(a.Number)).ToList();
        return usable.Count > 0
            ? await OpenAsync(usable[^1].Number, cancellationToken)
            : throw new InvalidOperationException(
                $"Machine '{machine.Name}' is not known to trust any SSH authority that is still here: it was restored from a backup older than the last 'slipway-server ssh-ca drop'. Make it anew.");
    }

    /// <summary>The authority of a number, to see whether a machine accepts it.</summary>
    public Task<SshCertificateAuthority> GetAsync(long number, CancellationToken cancellationToken = default) => OpenAsync(number, cancellationToken);

    /// <summary>Whom a machine is told to trust from birth, as lines for its file; the same for the same machine.</summary>
    public async Task<IReadOnlyList<string>> LinesForAsync(Machine machine, CancellationToken cancellationToken = default)
    {
        var numbers = await store.DecidedForAsync(machine, cancellationToken);
        return [.. (await ListAsync(cancellationToken)).Where(a => numbers.Contains(a.Number)).Select(a => a.PublicKey)];
    }

    /// <summary>All there ever were, the oldest first; the first is made when there is none.</summary>
    public async Task<IReadOnlyList<SshAuthority>> ListAsync(CancellationToken cancellationToken = default)
    {
        if (await store.ListAsync(cancellationToken) is { Count: > 0 } known)
        {
            return known;
        }

        var made = (await OpenAsync(1, cancellationToken)).PublicKey;
        await database.WriteAsync(transaction => store.AddAsync(transaction, 1, made), cancellationToken);
        return await store.ListAsync(cancellationToken);
    }

    /// <summary>Makes another authority: machines that are made from now on trust it too, and those that run are brought it.</summary>
    /// <exception cref="AuthorityException">Somebody else did the same at this moment.</exception>
    public async Task<SshAuthority> RotateAsync(CancellationToken cancellationToken = default)
    {
        var number = (await ListAsync(cancellationToken))[^1].Number + 1;
        var pair = await SshCertificateAuthority.GenerateKeyAsync(ssh, cancellationToken);
        var added = await database.WriteAsync(
            async transaction =>
            {
                if (!await store.AddAsync(transaction, number, pair.PublicKey))
                {
                    return false;
                }

                await secrets.PutAsync(transaction, Owner, SecretOf(number), new Secret(pair.PrivateKey));
                return true;
            },
            cancellationToken);
        return added
            ? (await ListAsync(cancellationToken)).Single(a => a.Number == number)
            : throw new AuthorityException("Another authority was made at this very moment. Look with 'slipway-server ssh-ca list' before making one more.");
    }

    /// <summary>Throws an authority's private key away and has every machine forget the public one.</summary>
    /// <exception cref="AuthorityException">It is the newest, or a machine could not be reached without it; the message names which.</exception>
    public async Task<SshAuthority> DropAsync(string id, CancellationToken cancellationToken = default)
    {
        var all = await ListAsync(cancellationToken);
        var authority = all.FirstOrDefault(a => a.Id == id)
            ?? throw new AuthorityException($"There is no SSH authority {id}: {string.Join(", ", all.Where(a => a.DroppedAt is null).Select(a => a.Id))} are in use.");
        if (authority == all[^1])
        {
            throw new AuthorityException($"SSH authority {id} is the newest. Make another with 'slipway-server ssh-ca rotate' first.");
        }

        var needing = await database.WriteAsync(
            async transaction =>
            {
                var machines = await store.ListNeedingAsync(transaction, authority.Number);
                if (machines.Count == 0)
                {
                    await store.MarkDroppedAsync(transaction, authority.Number);
                    await SecretStore.DeleteAsync(transaction, Owner, SecretOf(authority.Number));
                }

                return machines;
            },
            cancellationToken);
        return needing.Count == 0
            ? authority
            : throw new AuthorityException(
                $"SSH authority {id} is needed: {string.Join(", ", needing.Select(Describe))} do(es) not trust a newer one yet. "
                + "Machines that run are brought it by the server while it works; start those that are stopped, or destroy them.");
    }

    /// <summary>Ends the agents that hold keys of authorities which were dropped.</summary>
    internal async Task CloseDroppedAsync(IEnumerable<SshAuthority> all, CancellationToken cancellationToken)
    {
        var before = time.GetUtcNow() - LongestUse;
        foreach (var authority in all.Where(a => a.DroppedAt < before))
        {
            await _gate.WaitAsync(cancellationToken);
            try
            {
                if (_open.Remove(authority.Number, out var open))
                {
                    await open.DisposeAsync();
                }
            }
            finally
            {
                _gate.Release();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var authority in _open.Values)
        {
            await authority.DisposeAsync();
        }

        _gate.Dispose();
    }

    /// <summary>The first has the name it had when there was only one.</summary>
    private static string SecretOf(long number) => number == 1 ? "ssh-ca" : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"ssh-ca/{number}");

    private static string Describe(MachineTrust machine) => machine.Error is null ? $"{machine.Subject} ({machine.Status})" : $"{machine.Subject} ({machine.Status}: {machine.Error})";

    private async Task<SshCertificateAuthority> OpenAsync(long number, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (!_open.TryGetValue(number, out var open))
            {
                _open[number] = open = await SshCertificateAuthority.OpenAsync(await KeyAsync(number, cancellationToken), ssh, ct: cancellationToken);
            }

            return open;
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task<string> KeyAsync(long number, CancellationToken cancellationToken)
    {
        if (await secrets.FindAsync(Owner, SecretOf(number), cancellationToken) is { } kept)
        {
            return kept.Reveal();
        }

        if (number != 1 || (await store.ListAsync(cancellationToken)).Count > 0)
        {
            throw new AuthorityException(string.Create(
                System.Globalization.CultureInfo.InvariantCulture, $"The private key of SSH authority {number} is not stored any more: it was dropped."));
        }

        // Two servers may start at once on one database: the first key wins, and both read it.
        var pair = await SshCertificateAuthority.GenerateKeyAsync(ssh, cancellationToken);
        await database.WriteAsync(transaction => secrets.AddAsync(transaction, Owner, SecretOf(number), new Secret(pair.PrivateKey)), cancellationToken);
        return (await secrets.FindAsync(Owner, SecretOf(number), cancellationToken))!.Reveal();
    }
}

/// <summary>Something about SSH authorities cannot be done; the message says why and what to do.</summary>
public sealed class AuthorityException(string message) : Exception(message);
