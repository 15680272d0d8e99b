using System.Globalization;
using System.Text;

namespace Slipway.CloudInit;

/// <summary>One phase of a <see cref="BootScript"/>. <see cref="object.ToString"/> does not show the script.</summary>
/// <param name="Name">The name reported when the phase fails: lower-case letters, digits and <c>-</c>, at most 40 characters, not <c>ready</c>.</param>
/// <param name="Script">bash text with line feeds. Quote values with <see cref="ShellText.Quote"/>.</param>
public sealed record BootPhase(string Name, string Script)
{
    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append(CultureInfo.InvariantCulture, $"Name = {Name}, Script = *** ({Script.Length} characters)");
        return true;
    }
}
