using System.Text.RegularExpressions;

namespace Slipway.Tailscale;

/// <summary>
/// What a new auth key may do. The defaults fit a machine that is sold: used once, not ephemeral (an ephemeral device is removed while its machine is
/// stopped, and cannot come back), approved in advance, and soon expired.
/// </summary>
public sealed partial record CreateAuthKeyRequest
{
    /// <summary>The tags of devices that join, each <c>tag:…</c>. Keys made with OAuth credentials must have at least one, owned by the client's tags.</summary>
    public required IReadOnlyList<string> Tags { get; init; }

    /// <summary>Whether the key works more than once.</summary>
    public bool Reusable { get; init; }

    /// <summary>Whether devices vanish 30 minutes to 48 hours after their last activity. It cannot be undone for a device.</summary>
    public bool Ephemeral { get; init; }

    /// <summary>Whether devices need no approval.</summary>
    public bool Preauthorized { get; init; } = true;

    /// <summary>How long the key works: whole seconds, at most 90 days.</summary>
    public TimeSpan Expiry { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Whom the key belongs to, for finding one whose creation was never answered: at most 50 of letters, digits, space, <c>_</c> and <c>-</c>.</summary>
    public string? Description { get; init; }

    internal static KeyWire ToWire(CreateAuthKeyRequest request)
    {
        var problems = new List<string>();
        if (request.Tags.Count == 0)
        {
            problems.Add("it needs at least one tag");
        }

        problems.AddRange(request.Tags.Where(t => !Tag().IsMatch(t)).Select(t => $"'{t}' is not a tag like tag:agent"));
        if (request.Expiry < TimeSpan.FromSeconds(1) || request.Expiry > TimeSpan.FromDays(90))
        {
            problems.Add($"the expiry of {request.Expiry} is not between one second and 90 days");
        }

        if (request.Description is not null && !Text().IsMatch(request.Description))
        {
            problems.Add($"the description '{request.Description}' is not at most 50 letters, digits, spaces, '_' and '-'");
        }

        return problems.Count > 0
            ? throw new ArgumentException($"The auth key cannot be created: {string.Join("; ", problems)}.", nameof(request))
            : new KeyWire
            {
                KeyType = "auth",
                Capabilities = new()
                {
                    Devices = new() { Create = new() { Reusable = request.Reusable, Ephemeral = request.Ephemeral, Preauthorized = request.Preauthorized, Tags = [.. request.Tags] } },
                },
                ExpirySeconds = (long)request.Expiry.TotalSeconds,
                Description = request.Description,
            };
    }

    [GeneratedRegex(@"\Atag:[a-zA-Z][a-zA-Z0-9-]*\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Tag();

    [GeneratedRegex(@"\A[A-Za-z0-9 _-]{0,50}\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Text();
}
