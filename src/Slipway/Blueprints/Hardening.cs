namespace Slipway.Blueprints;

/// <summary>What a unit is kept from doing, unless its own text says something about the same setting.</summary>
internal static class Hardening
{
    public const string Default = "agent";

    /// <summary>Holds for any program, also one that compiles while it runs and starts whatever it is asked to.</summary>
    private static readonly string[] Agent =
    [
        "NoNewPrivileges=yes", "CapabilityBoundingSet=", "AmbientCapabilities=", "RestrictSUIDSGID=yes", "UMask=0077", "KeyringMode=private", "RemoveIPC=yes",
        "ProtectSystem=strict", "ReadWritePaths=/home/{user}", "PrivateTmp=yes", "PrivateDevices=yes", "ProtectProc=invisible",
        "ProtectKernelTunables=yes", "ProtectKernelModules=yes", "ProtectKernelLogs=yes", "ProtectControlGroups=yes", "ProtectClock=yes", "ProtectHostname=yes",
        "RestrictRealtime=yes", "LockPersonality=yes", "SystemCallArchitectures=native",
        "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK",
    ];

    /// <summary>For a program that only computes, reads and answers.</summary>
    private static readonly string[] Strict =
    [
        .. Agent.Where(line => !line.StartsWith("ReadWritePaths=", StringComparison.Ordinal) && !line.StartsWith("RestrictAddressFamilies=", StringComparison.Ordinal)),
        "ProtectHome=yes", "ProcSubset=pid", "RestrictNamespaces=yes", "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6", "MemoryDenyWriteExecute=yes",
        "SystemCallFilter=@system-service", "SystemCallFilter=~@privileged @resources",
    ];

    public static IReadOnlyList<string> Names { get; } = [Default, "strict", "none"];

    /// <summary>The unit with the profile's settings at the beginning of its <c>[Service]</c>, but for those it has itself.</summary>
    public static string Apply(Blueprint blueprint, string text)
    {
        var own = new UnitText(text);
        var profile = blueprint.Unit.Hardening switch
        {
            "strict" => Strict,
            "none" => [],
            _ => Agent,
        };
        var added = profile.Where(line => !own.Has("Service", line[..line.IndexOf('=', StringComparison.Ordinal)]))
            .Select(line => line.Replace("{user}", blueprint.User, StringComparison.Ordinal));
        var lines = text.Split('\n').ToList();
        lines.InsertRange(lines.FindIndex(line => line.Trim() == "[Service]") + 1, added);
        return string.Join('\n', lines);
    }
}
