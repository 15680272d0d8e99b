namespace Slipway.Blueprints;

/// <summary>What lies between two versions of a blueprint, for a machine that was made with the one and is to run the other.</summary>
public static class BlueprintVersions
{
    /// <summary>Why a machine of this version cannot become one of another without being made anew; empty when it can.</summary>
    public static IReadOnlyList<string> WhyRebuild(this Blueprint from, Blueprint to)
    {
        var reasons = new List<string>();
        Different("machine.server_type", from.Machine.ServerType, to.Machine.ServerType);
        Different("machine.image", from.Machine.Image, to.Machine.Image);
        Different("user", from.User, to.User);
        Different("sudo", from.Sudo, to.Sudo);
        Different("tailscale", from.Tailscale, to.Tailscale);
        if (from.NeedsSetup(to) && !(from.RepeatableSetup && to.RepeatableSetup))
        {
            reasons.Add("'packages' or 'setup' differ, and only two versions that both say 'repeatable_setup: true' can be exchanged then");
        }

        return reasons;

        void Different<T>(string key, T before, T after)
        {
            if (!EqualityComparer<T>.Default.Equals(before, after))
            {
                reasons.Add($"'{key}' differs");
            }
        }
    }

    /// <summary>Whether packages and setup have to be gone through on the way.</summary>
    public static bool NeedsSetup(this Blueprint from, Blueprint to) =>
        from.RenderSetup() != to.RenderSetup() || !from.Packages.SequenceEqual(to.Packages, StringComparer.Ordinal);

    /// <summary>Files and credentials that the earlier version placed and this one does not know; the unit's own are not among them.</summary>
    public static IReadOnlyList<(string Path, string User)> Leftovers(this Blueprint to, Blueprint from)
    {
        var known = to.Places().Select(place => place.Path).ToHashSet(StringComparer.Ordinal);
        return [.. from.Places().Where(place => !known.Contains(place.Path))];
    }

    private static IEnumerable<(string Path, string User)> Places(this Blueprint blueprint) =>
    [
        .. blueprint.Files.Select(file => (file.Path, file.Owner.Split(':')[0])),
        .. blueprint.Credentials.Select(credential => (BlueprintRendering.CredentialPath(blueprint, credential), "root")),
    ];
}
