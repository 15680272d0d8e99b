using System.Security.Cryptography;
using System.Text;
using Slipway.Secrets;
using Slipway.Ssh;
using Slipway.Storage;

namespace Slipway.Machines;

/// <summary>Who we are to the clouds and to machines: an id that marks what is ours, and the authority machines trust.</summary>
public sealed class ControlPlane(
    Settings settings, SecretStore secrets, Database database, IdSource ids, KeyRing keys, SshOptions ssh, SshCertificateAuthority? authority = null) : IAsyncDisposable
{
    private const string Owner = "control-plane";
    private const string AuthorityName = "ssh-ca";
    private readonly SemaphoreSlim _gate = new(1, 1);
    private SshCertificateAuthority? _authority = authority;
    private string? _id;

    /// <summary>Marks every outside resource of this control plane; made at the first start.</summary>
    public async Task<string> GetIdAsync(CancellationToken cancellationToken = default) =>
        _id ??= await settings.GetOrAddAsync("control-plane-id", () => ids.Next("cp"), cancellationToken);

    /// <summary>The authority that signs the minutes-long certificates machines accept; its key is made at the first start and kept encrypted.</summary>
    public async Task<SshCertificateAuthority> GetAuthorityAsync(CancellationToken cancellationToken = default)
    {
        if (_authority is not null)
        {
            return _authority;
        }

        await _gate.WaitAsync(cancellationToken);
        try
        {
            return _authority ??= await SshCertificateAuthority.OpenAsync(await KeyAsync(cancellationToken), ssh, ct: cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>The token a machine names itself by until it runs. It can be made again from the operation's id, so only its hash is stored.</summary>
    public string NewBootToken(string operationId) => keys.DeterministicToken("boot", operationId);

    /// <summary>The token a registered machine was given, also when the master key was rotated since.</summary>
    public string BootToken(Machine machine) =>
        keys.All.FirstOrDefault(key => HasBootToken(machine, key))?.DeterministicToken("boot", machine.OperationId)
        ?? throw new InvalidOperationException(
            $"The boot token of '{machine.Name}' was made with a master key that is not loaded any more. Add that key behind the current one.");

    /// <summary>Whether a machine's boot token was made with this key.</summary>
    public static bool HasBootToken(Machine machine, MasterKey key) => Hash(key.DeterministicToken("boot", machine.OperationId)) == machine.BootTokenHash;

    public static string Hash(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    public async ValueTask DisposeAsync()
    {
        if (_authority is not null)
        {
            await _authority.DisposeAsync();
        }

        _gate.Dispose();
    }

    private async Task<string> KeyAsync(CancellationToken cancellationToken)
    {
        if (await secrets.FindAsync(Owner, AuthorityName, cancellationToken) is { } kept)
        {
            return kept.Reveal();
        }

        // Two servers may start at once on one database: the first key wins, and both read it.
        var pair = await SshCertificateAuthority.GenerateKeyAsync(ssh, cancellationToken);
        await database.WriteAsync(transaction => secrets.AddAsync(transaction, Owner, AuthorityName, new Secret(pair.PrivateKey)), cancellationToken);
        return (await secrets.FindAsync(Owner, AuthorityName, cancellationToken))!.Reveal();
    }
}
