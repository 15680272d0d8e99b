using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Slipway.LocalCloud.GitHub;

/// <summary>A workflow with a <c>workflow_dispatch</c> trigger, as its file declares it.</summary>
internal sealed partial record Workflow(
    long Id, string Repository, string File, string Name, string? RunName, IReadOnlyList<string> Inputs, IReadOnlyList<string> RequiredInputs, IReadOnlyList<string> Refs)
{
    private const int MostInputs = 25;
    private const int MostCharacters = 65_535;

    public string Path => $".github/workflows/{File}";

    public bool IsNamed(string idOrFile) => File == idOrFile || Id.ToString(CultureInfo.InvariantCulture) == idOrFile;

    /// <summary>The dispatch's inputs, or the refusal GitHub gives.</summary>
    public IReadOnlyDictionary<string, string> Accept(Dispatch dispatch)
    {
        if (dispatch.Ref is not { Length: > 0 } wanted)
        {
            throw new GitHubFault(422, "Invalid request.\n\n\"ref\" wasn't supplied.");
        }

        if (!Refs.Contains(wanted) && !Refs.Contains(wanted.Replace("refs/heads/", "", StringComparison.Ordinal)))
        {
            throw new GitHubFault(422, $"No ref found for: {wanted}");
        }

        var given = (dispatch.Inputs ?? []).ToDictionary(i => i.Key, i => Text(i.Value), StringComparer.Ordinal);
        if (given.Count > MostInputs)
        {
            throw new GitHubFault(422, string.Create(CultureInfo.InvariantCulture, $"you may only define up to {MostInputs} `properties` in `inputs`"));
        }

        if (given.Sum(i => i.Key.Length + i.Value.Length) > MostCharacters)
        {
            throw new GitHubFault(422, "inputs are too large.");
        }

        var unknown = given.Keys.Except(Inputs).ToList();
        if (unknown.Count > 0)
        {
            throw new GitHubFault(422, $"Unexpected inputs provided: [{string.Join(", ", unknown.Select(u => $"\"{u}\""))}]");
        }

        var missing = RequiredInputs.Where(r => !given.ContainsKey(r)).ToList();
        return missing.Count == 0 ? given : throw new GitHubFault(422, $"Required input '{missing[0]}' not provided");
    }

    /// <summary>What the run is called: <c>run-name</c> with its inputs filled in, or the workflow's name.</summary>
    public string TitleOf(IReadOnlyDictionary<string, string> inputs) =>
        RunName is null ? Name : Expression().Replace(RunName, m => inputs.GetValueOrDefault(m.Groups["name"].Value, ""));

    private static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.True or JsonValueKind.False or JsonValueKind.Number => value.GetRawText(),
        _ => throw new GitHubFault(422, "Invalid request.\n\nFor 'properties/inputs', values must be strings."),
    };

    [GeneratedRegex(@"\$\{\{\s*(github\.event\.)?inputs\.(?<name>[\w-]+)\s*\}\}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Expression();
}
