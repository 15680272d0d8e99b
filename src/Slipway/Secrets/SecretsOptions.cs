namespace Slipway.Secrets;

/// <summary>Where the keys that encrypt every stored secret come from. One is needed; the value wins over the command, and the command over the file.</summary>
public sealed class SecretsOptions
{
    public const string Section = "Secrets";

    /// <summary>The environment variable an operator may hand the keys over in.</summary>
    public const string EnvironmentVariable = "SLIPWAY_MASTER_KEY";

    /// <summary>One or more keys, each 32 bytes in base64, separated by white space or commas. The first encrypts, the others only decrypt.</summary>
    public string? MasterKey { get; set; }

    /// <summary>
    /// A shell command that prints the keys in the same form, such as a helper of a key management service. It is run at every start, and what it prints is
    /// kept in memory alone.
    /// </summary>
    public string? MasterKeyCommand { get; set; }

    /// <summary>A file in the same form, mode 0600. It is made with a new key when it is not there yet.</summary>
    public string? MasterKeyFile { get; set; }

    // Options get printed by configuration dumps; the key must not be in them.
    public override string ToString() => $"SecretsOptions {{ MasterKey = {(MasterKey is null ? "none" : "***")}, MasterKeyFile = {MasterKeyFile ?? "none"} }}";
}
