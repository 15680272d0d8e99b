namespace Slipway.Blueprints;

/// <summary>The names of what can be asked of a machine: those who ask and those who do it share nothing else.</summary>
public static class MachinePlans
{
    public const string Provision = "provision";
    public const string Stop = "stop";
    public const string Start = "start";
    public const string Destroy = "destroy";

    /// <summary>Makes the machine anew after its server was lost.</summary>
    public const string Replace = "replace";

    /// <summary>Gives a running agent the secrets that were put aside for it, or puts the former ones back.</summary>
    public const string ChangeSecrets = "change-secrets";

    /// <summary>Copies a machine's disk.</summary>
    public const string Snapshot = "snapshot";

    public const string DeleteSnapshot = "delete-snapshot";

    /// <summary>Gives a machine another server type.</summary>
    public const string Resize = "resize";

    /// <summary>Makes a machine anew on the server it has.</summary>
    public const string Rebuild = "rebuild";

    /// <summary>Brings another version of its blueprint onto a running agent's machine, or puts the former one back.</summary>
    public const string Update = "update";

    /// <summary>Brings a machine back to what its row says.</summary>
    public const string Repair = "repair";
}
