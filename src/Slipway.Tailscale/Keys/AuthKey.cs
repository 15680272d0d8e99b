using System.Globalization;
using System.Text;

namespace Slipway.Tailscale;

/// <summary>An auth key. <see cref="object.ToString"/> does not show <see cref="Key"/>.</summary>
public sealed record AuthKey
{
    /// <summary>The id, e.g. <c>k123456CNTRL</c>; not a secret.</summary>
    public required string Id { get; init; }

    /// <summary>The secret itself, <c>tskey-auth-…</c>: only in the answer to its creation, <see langword="null"/> ever after.</summary>
    public string? Key { get; init; }

    /// <summary>What it is for, as given at its creation.</summary>
    public string? Description { get; init; }

    /// <summary>When it was made, by the server's clock.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>When it stops working.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>When it was revoked, if it was.</summary>
    public DateTimeOffset? Revoked { get; init; }

    /// <summary>Whether it was revoked or has expired. A single-use key that was used may also simply be gone.</summary>
    public bool Invalid { get; init; }

    /// <summary>Whether it works more than once.</summary>
    public bool Reusable { get; init; }

    /// <summary>Whether devices that join with it vanish soon after they go offline.</summary>
    public bool Ephemeral { get; init; }

    /// <summary>Whether devices that join with it need no approval.</summary>
    public bool Preauthorized { get; init; }

    /// <summary>The tags devices get that join with it.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append(CultureInfo.InvariantCulture, $"Id = {Id}, Key = {(Key is null ? "none" : "***")}, Description = {Description}, Created = {Created:O}, ")
            .Append(CultureInfo.InvariantCulture, $"Expires = {Expires:O}, Invalid = {Invalid}, Tags = {string.Join(' ', Tags)}");
        return true;
    }
}
