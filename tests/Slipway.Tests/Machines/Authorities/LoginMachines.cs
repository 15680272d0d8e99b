using Slipway.Machines;
using Slipway.Machines.Authorities;
using Slipway.Machines.Shell;
using Slipway.Ssh;

namespace Slipway.Tests.Machines.Authorities;

/// <summary>Machines as far as logins go: each has a file of authorities and lets in whoever comes with a certificate of one of them.</summary>
internal sealed class LoginMachines : IMachineShell
{
    private readonly Dictionary<string, string> _files = new(StringComparer.Ordinal);
    private int _effects;

    private SshAuthorities? _authorities;
    private int _diesAt;

    /// <summary>Machines that nobody reaches.</summary>
    public HashSet<string> Unreachable { get; } = new(StringComparer.Ordinal);

    public int Logins { get; private set; }

    /// <summary>Another server logs in from now on.</summary>
    /// <param name="authorities">Signs for its logins.</param>
    /// <param name="diesAt">It dies before this effect of its own, counted from one; after it, if it is negative; never, if it is zero.</param>
    public void Restart(SshAuthorities authorities, int diesAt) => (_authorities, _diesAt, _effects) = (authorities, diesAt, 0);

    public void Boot(string subject, IEnumerable<string> lines) => _files[subject] = string.Concat(lines.Select(l => l + "\n"));

    public string FileOf(string subject) => _files[subject];

    public async Task<SshResult> RunAsync(Machine machine, RemoteScript script, CancellationToken cancellationToken)
    {
        var effect = ++_effects;
        Die(_diesAt == effect);
        var authority = script.SignedBy is { } number ? await _authorities!.GetAsync(number, cancellationToken) : await _authorities!.ForAsync(machine, cancellationToken);
        if (Unreachable.Contains(machine.Subject))
        {
            throw new SshException(SshFailure.ConnectionTimedOut, machine.Name, "");
        }

        if (!_files[machine.Subject].Contains(authority.PublicKey.Split(' ')[1], StringComparison.Ordinal))
        {
            throw new SshException(SshFailure.PermissionDenied, machine.Name, "root: Permission denied (publickey).");
        }

        Logins++;
        switch (script.Name)
        {
            case "place-authorities":
                _files[machine.Subject] = System.Text.Encoding.ASCII.GetString(script.Input.Span);
                break;
            case "check-login":
                break;
            default:
                throw new InvalidOperationException($"Nobody arranged for '{script.Name}'.");
        }

        Die(_diesAt == -effect);
        return new SshResult(0, "", "");
    }

    public Task<(SshResult Result, SshHostKey Presented)> RunUnpinnedAsync(Machine machine, RemoteScript script, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("Every machine here is pinned.");

    private static void Die(bool now)
    {
        if (now)
        {
            throw new ProcessDiedException();
        }
    }

    internal sealed class ProcessDiedException : Exception;
}
