namespace Slipway.Hetzner;

/// <summary>What <see cref="ServersClient.CreateOrAdoptAsync"/> did.</summary>
/// <param name="Server">The server: new, or the one an earlier attempt made.</param>
/// <param name="Actions">The actions to wait for; none when it was adopted, then <see cref="ServersClient.Actions"/> and its status tell more.</param>
/// <param name="WasAdopted">Whether it existed already.</param>
/// <param name="Tries">Every place that was tried before, and the one where it was made.</param>
public sealed record ServerOrderResult(
    Server Server, IReadOnlyList<HetznerAction> Actions, bool WasAdopted, IReadOnlyList<PlacementTry> Tries)
{
    /// <summary>The root password Hetzner made; only of a new server whose request named no SSH key. A secret: not part of <see cref="ToString"/>.</summary>
    public string? RootPassword { get; init; }

    /// <summary>Ids only; never the root password.</summary>
    public override string ToString() => $"ServerOrderResult {{ Server = {Server.Id}, WasAdopted = {WasAdopted}, Tries = [{string.Join("; ", Tries)}] }}";
}

/// <summary>The name belongs to a server that does not carry the labels of the request. It was left alone, and nothing was made.</summary>
/// <param name="found">The server that has the name.</param>
/// <param name="cause">The refused or lost order, if one was sent.</param>
public sealed class ServerNameTakenException(Server found, HetznerException? cause = null)
    : Exception(
        $"A server named '{found.Name}' (id {found.Id}) exists and is not the one asked for: its labels differ. It was left alone. "
        + "Find out whose it is before trying again; do not try another name in a loop.",
        cause)
{
    /// <summary>The server that has the name.</summary>
    public Server Found { get; } = found;
}
