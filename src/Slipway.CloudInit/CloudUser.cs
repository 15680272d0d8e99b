namespace Slipway.CloudInit;

/// <summary>One entry of cloud-config's <c>users</c>: an account that cloud-init creates on first boot.</summary>
/// <remarks>When a document lists users, the distribution's own default user is not created.</remarks>
public sealed record CloudUser
{
    /// <summary>The login name: lower-case letters, digits, <c>-</c> and <c>_</c>, at most 32 characters.</summary>
    public required string Name { get; init; }

    /// <summary>The login shell, an absolute path; <see langword="null"/> leaves the distribution's default.</summary>
    public string? Shell { get; init; }

    /// <summary>Whether the account may run everything as root without a password.</summary>
    public bool Sudo { get; init; }

    /// <summary>Lines for <c>~/.ssh/authorized_keys</c>, each a whole public key line.</summary>
    public IReadOnlyList<string> AuthorizedKeys { get; init; } = [];

    /// <summary>Additional groups; cloud-init creates the ones that are missing.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>Whether logging in with a password is impossible, which is the default.</summary>
    public bool LockPassword { get; init; } = true;

    /// <summary>The home directory, an absolute path; <see langword="null"/> means <c>/home/&lt;name&gt;</c>.</summary>
    public string? Home { get; init; }

    /// <summary>Whether this is a system account; cloud-init creates no home directory for one.</summary>
    public bool System { get; init; }
}
