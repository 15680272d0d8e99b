namespace Slipway.Secrets;

/// <summary>The master keys in use: the current one, and those it replaced, until nothing needs them any more.</summary>
public sealed class KeyRing
{
    private readonly Dictionary<string, MasterKey> _keys;

    public KeyRing(MasterKey current, params IReadOnlyList<MasterKey> previous)
    {
        Current = current;
        _keys = new Dictionary<string, MasterKey>(StringComparer.Ordinal) { [current.Id] = current };
        foreach (var key in previous)
        {
            _keys[key.Id] = key;
        }
    }

    public MasterKey Current { get; }

    public IReadOnlyCollection<string> Ids => _keys.Keys;

    /// <summary>Every key, the current one first.</summary>
    public IEnumerable<MasterKey> All => _keys.Values.OrderByDescending(key => key == Current);

    public MasterKey? Find(string id) => _keys.GetValueOrDefault(id);

    /// <summary>A token of the current key; see <see cref="MasterKey.DeterministicToken"/>.</summary>
    public string DeterministicToken(string purpose, string id) => Current.DeterministicToken(purpose, id);

    /// <summary>Reads keys as an operator writes them: base64, separated by white space or commas, the current one first.</summary>
    /// <param name="text">The keys.</param>
    /// <param name="source">Where they came from, for the message when they are wrong.</param>
    public static KeyRing Parse(string text, string source)
    {
        var keys = text.Split([' ', '\t', '\r', '\n', ','], StringSplitOptions.RemoveEmptyEntries)
            .Select((key, index) => Decode(key, index, source))
            .ToList();
        return keys.Count == 0
            ? throw new MasterKeyException($"{source} holds no key. Put one in, made with: openssl rand -base64 32")
            : new KeyRing(keys[0], [.. keys.Skip(1)]);
    }

    /// <summary>Takes the keys from the options' value, else from their command, else from their file, which is made with a new key when it is not there.</summary>
    /// <param name="options">Where to look.</param>
    /// <param name="mayCreate">False when secrets are stored already: a new key could not read them, so a lost file must be an error.</param>
    public static KeyRing LoadOrCreate(SecretsOptions options, bool mayCreate = true)
    {
        if (!string.IsNullOrWhiteSpace(options.MasterKey))
        {
            return Parse(options.MasterKey, $"The master key ({SecretsOptions.EnvironmentVariable})");
        }

        if (!string.IsNullOrWhiteSpace(options.MasterKeyCommand))
        {
            return Parse(MasterKeyCommand.Run(options.MasterKeyCommand), $"What {SecretsOptions.Section}:{nameof(SecretsOptions.MasterKeyCommand)} printed");
        }

        return string.IsNullOrWhiteSpace(options.MasterKeyFile)
            ? throw new MasterKeyException(
                $"No master key: set {SecretsOptions.EnvironmentVariable} to a key made with 'openssl rand -base64 32', or {SecretsOptions.Section}:{nameof(SecretsOptions.MasterKeyFile)} to a file that may be created.")
            : MasterKeyFile.LoadOrCreate(options.MasterKeyFile, mayCreate);
    }

    private static MasterKey Decode(string text, int index, string source)
    {
        // Neither the text nor a part of it may be in the message: it is, or nearly is, the key.
        try
        {
            return new MasterKey(Convert.FromBase64String(text));
        }
        catch (FormatException)
        {
            throw new MasterKeyException($"{source}: key {index + 1} is not base64. A key looks like the output of: openssl rand -base64 32");
        }
        catch (MasterKeyException wrong)
        {
            throw new MasterKeyException($"{source}: key {index + 1}: {wrong.Message}");
        }
    }
}
