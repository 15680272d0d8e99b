using System.Globalization;
using Slipway.Storage;

namespace Slipway.Secrets;

/// <summary>
/// What a database knows of its master key: a text that only this key opens. All servers on one database read each other's secrets, so one that brings
/// a key of its own must not start: it would write what nobody else can read.
/// </summary>
public sealed class MasterKeyProof(Database database, SecretStore secrets, SecretCipher cipher, KeyRing keys)
{
    private const int MostNamed = 5;
    private const string Setting = "master-key-proof";
    private const string Context = "settings/value/" + Setting;

    /// <summary>Compares the loaded keys with those the database was written with; the first to look at a new database decides.</summary>
    /// <exception cref="MasterKeyException">A key is missing; the message says which, and where to put it.</exception>
    public async Task CheckAsync(CancellationToken cancellationToken = default)
    {
        var missing = (await secrets.ListKeysAsync(cancellationToken)).Where(id => keys.Find(id) is null).ToList();
        if (missing.Count > 0)
        {
            throw Strange(string.Join(", ", missing), await NeededForAsync(missing, cancellationToken));
        }

        await database.WriteAsync(CompareAsync, cancellationToken);
    }

    private async Task CompareAsync(Transaction transaction)
    {
        var mine = cipher.Encrypt(new Secret(Setting), Context);
        var known = await Settings.GetOrAddAsync(transaction, Setting, mine);
        try
        {
            cipher.Decrypt(known, Context);
        }
        catch (SecretDecryptionException)
        {
            throw Strange(SecretCipher.KeyOf(known));
        }

        // From now on there are secrets under the newer key, which whoever starts next must be able to read.
        if (cipher.IsOutdated(known))
        {
            await Settings.SetAsync(transaction, Setting, mine);
        }
    }

    /// <summary>Which secrets a missing key is needed for, as many as a person reads.</summary>
    private async Task<string> NeededForAsync(List<string> missing, CancellationToken cancellationToken)
    {
        var counts = await secrets.CountByKeyAsync(cancellationToken);
        var lines = new List<string>();
        foreach (var id in missing)
        {
            var places = await secrets.ListPlacesAsync(id, MostNamed, cancellationToken);
            var count = counts.GetValueOrDefault(id);
            lines.Add(string.Create(CultureInfo.InvariantCulture, $" Key {id} is needed for {count} secret(s): {string.Join(", ", places)}{(count > places.Count ? ", …" : "")}."));
        }

        return string.Concat(lines);
    }

    private MasterKeyException Strange(string theirs, string neededFor = "") => new(
        $"This server's master key ({string.Join(", ", keys.Ids)}) is not the one its database was written with ({theirs}), so neither could read the other's secrets. "
        + $"Give the server that key, in {SecretsOptions.EnvironmentVariable} or {SecretsOptions.Section}:{nameof(SecretsOptions.MasterKeyFile)}: it is on every other server of this database "
        + "and in your backup. If the key was replaced on purpose, put the earlier one behind the new one."
        + neededFor);
}
