using System.Security.Cryptography;
using System.Text;
using Slipway.Secrets;
using Slipway.Storage;

namespace Slipway.Machines;

/// <summary>Who we are to the clouds and to machines: an id that marks what is ours, and the tokens machines name themselves by.</summary>
public sealed class ControlPlane(Settings settings, IdSource ids, KeyRing keys)
{
    private string? _id;

    /// <summary>Marks every outside resource of this control plane; made at the first start.</summary>
    public async Task<string> GetIdAsync(CancellationToken cancellationToken = default) =>
        _id ??= await settings.GetOrAddAsync("control-plane-id", () => ids.Next("cp"), cancellationToken);

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
}
