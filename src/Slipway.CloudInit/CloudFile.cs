using System.Globalization;
using System.Text;

namespace Slipway.CloudInit;

/// <summary>One entry of cloud-config's <c>write_files</c>.</summary>
/// <remarks>
/// Text that YAML can show as it is stays readable; any other content is written as base64 of its UTF-8 bytes, so that every character arrives.
/// Anything written here can be read by every process on the machine for the machine's life (user data stays in the metadata service):
/// put only public or single-use values into it. <see cref="object.ToString"/> does not show the content.
/// </remarks>
public sealed record CloudFile
{
    /// <summary>The absolute path. Not below <c>/tmp</c>: cloud-init may write before the system empties it.</summary>
    public required string Path { get; init; }

    /// <summary>The whole content. Lines end as given.</summary>
    public required string Content { get; init; }

    /// <summary>Owner and group, <c>user:group</c>. A user that this document creates needs <see cref="Defer"/>.</summary>
    public string Owner { get; init; } = "root:root";

    /// <summary>The mode in octal, three or four digits, e.g. <c>0600</c>.</summary>
    public string Permissions { get; init; } = "0644";

    /// <summary>Whether the file is written in the final stage, after users exist and packages are installed.</summary>
    public bool Defer { get; init; }

    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append(CultureInfo.InvariantCulture, $"Path = {Path}, Content = *** ({Content.Length} characters), Owner = {Owner}, ")
            .Append(CultureInfo.InvariantCulture, $"Permissions = {Permissions}, Defer = {Defer}");
        return true;
    }
}
