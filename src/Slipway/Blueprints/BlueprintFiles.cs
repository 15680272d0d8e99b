using YamlDotNet.RepresentationModel;

namespace Slipway.Blueprints;

/// <summary>Reads the files and credentials a blueprint puts on the machine.</summary>
internal static class BlueprintFiles
{
    public static IReadOnlyList<BlueprintFile> Read(BlueprintSource source, BlueprintSection root, string user)
    {
        var files = new List<BlueprintFile>();
        foreach (var section in Sections(source, root, "files", BlueprintKeys.File))
        {
            // Closed to everybody else unless the writer says otherwise.
            var file = new BlueprintFile(
                section.Text("path", BlueprintRules.Path),
                section.Text("owner", BlueprintRules.Owner, fallback: $"{user}:{user}"),
                section.Text("mode", BlueprintRules.Mode, fallback: "0600"),
                section.Text("content", BlueprintRules.Anything));
            if (files.Any(other => other.Path == file.Path && file.Path.Length > 0))
            {
                source.Report(section.At("path"), $"'files' has {file.Path} twice");
            }

            if (file.Mode is not [_, _, '0', '0'] && Template.Parse(file.Content).SecretNames.Count > 0)
            {
                source.Report(section.At("mode"), $"{file.Path} holds secrets, so nobody but its owner may read it: use mode \"0600\" or \"0400\"");
            }

            files.Add(file);
        }

        return files;
    }

    public static IReadOnlyList<BlueprintCredential> ReadCredentials(BlueprintSource source, BlueprintSection root)
    {
        var credentials = new List<BlueprintCredential>();
        foreach (var section in Sections(source, root, "credentials", BlueprintKeys.Credential))
        {
            var credential = new BlueprintCredential(section.Text("name", BlueprintRules.CredentialName), section.Text("content", BlueprintRules.Anything));
            if (credentials.Any(other => other.Name == credential.Name && credential.Name.Length > 0))
            {
                source.Report(section.At("name"), $"'credentials' has {credential.Name} twice");
            }

            credentials.Add(credential);
        }

        return credentials;
    }

    private static IEnumerable<BlueprintSection> Sections(BlueprintSource source, BlueprintSection root, string list, IReadOnlyList<string> keys)
    {
        foreach (var node in root.Items(list))
        {
            if (node is YamlMappingNode mapping)
            {
                yield return new BlueprintSection(source, mapping, $"the {list.TrimEnd('s')}", keys);
            }
            else
            {
                source.Report(node, $"'{list}' is a list of mappings with {string.Join(", ", keys)}");
            }
        }
    }
}
