using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Slipway.LocalCloud.Machines.Simulated;

/// <summary>What a simulated machine understands of its user_data: the files, the boot script's report and the phone-home.</summary>
internal sealed partial record CloudConfig(
    IReadOnlyDictionary<string, string> Files, string? BootScript, string? ReportUrl, Uri? PhoneHomeUrl, IReadOnlyList<string> PhoneHomeFields)
{
    private static readonly string[] AllFields = ["pub_key_rsa", "pub_key_ecdsa", "pub_key_ed25519", "instance_id", "hostname", "fqdn"];

    public static CloudConfig Empty { get; } = new(new Dictionary<string, string>(), null, null, null, []);

    /// <summary>Reads plain text, base64, or base64 of gzip; what is no cloud-config is as good as nothing, as for cloud-init.</summary>
    /// <exception cref="YamlException">The document is no YAML.</exception>
    public static CloudConfig Read(string? userData)
    {
        var text = Decode(userData ?? "");
        if (!Header().IsMatch(text))
        {
            return Empty;
        }

        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        if (stream.Documents is not [{ RootNode: YamlMappingNode root }, ..])
        {
            return Empty;
        }

        var files = ReadFiles(root);
        var script = files.Values.FirstOrDefault(f => ReportLine().IsMatch(f));
        var phoneHome = Child(root, "phone_home") as YamlMappingNode;
        var url = Text(phoneHome, "url");
        return new CloudConfig(
            files, script, script is null ? null : ReportLine().Match(script).Groups["url"].Value,
            url is null ? null : new Uri(url), FieldsOf(phoneHome));
    }

    private static Dictionary<string, string> ReadFiles(YamlMappingNode root)
    {
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in (Child(root, "write_files") as YamlSequenceNode)?.OfType<YamlMappingNode>() ?? [])
        {
            if (Text(entry, "path") is { } path)
            {
                files[path] = DecodeFile(Text(entry, "content") ?? "", Text(entry, "encoding"));
            }
        }

        return files;
    }

    private static IReadOnlyList<string> FieldsOf(YamlMappingNode? phoneHome) => phoneHome is null ? [] : Child(phoneHome, "post") switch
    {
        YamlSequenceNode list => list.OfType<YamlScalarNode>().Select(n => n.Value ?? "").ToList(),
        _ => AllFields,
    };

    private static string Decode(string userData)
    {
        if (userData.StartsWith('#'))
        {
            return userData;
        }

        var bytes = new byte[userData.Length];
        return Convert.TryFromBase64String(userData, bytes, out var length) ? Unzip(bytes.AsSpan(0, length).ToArray()) : userData;
    }

    private static string DecodeFile(string content, string? encoding) => encoding switch
    {
        null or "text/plain" => content,
        _ => Unzip(Convert.FromBase64String(content)),
    };

    private static string Unzip(byte[] bytes)
    {
        if (bytes is not [0x1f, 0x8b, ..])
        {
            return Encoding.UTF8.GetString(bytes);
        }

        using var gzip = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
        using var reader = new StreamReader(gzip, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    private static YamlNode? Child(YamlMappingNode node, string key) =>
        node.Children.TryGetValue(new YamlScalarNode(key), out var value) ? value : null;

    private static string? Text(YamlMappingNode? node, string key) =>
        node is not null && Child(node, key) is YamlScalarNode scalar ? scalar.Value : null;

    [GeneratedRegex(@"^(## template:.*\r?\n)?#cloud-config\s", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Header();

    [GeneratedRegex(
        @"^\s*((readonly|export)\s+)?REPORT_URL='(?<url>[^']*)'", RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex ReportLine();
}
