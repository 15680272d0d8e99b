using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace Slipway.Server.Tests.Workflows;

internal sealed record WorkflowStep(string Name, string? Id, bool OnlyAfterTrouble, IReadOnlyDictionary<string, string> Environment, string Script);

/// <summary>A workflow file, read by somebody who knows exactly what the shipped one uses and refuses the rest: what is not understood is not played.</summary>
internal sealed partial class WorkflowFile
{
    private const string AfterTrouble = "failure() || cancelled()";

    private WorkflowFile(YamlMappingNode root)
    {
        Only(root, "the file", "name", "run-name", "on", "permissions", "concurrency", "jobs");
        RunName = Text(root, "run-name");
        Pairs(root, "permissions").ShouldBe(new Dictionary<string, string> { ["id-token"] = "write" }, "the run needs no right at GitHub but to say who it is");
        Only(Map(root, "concurrency"), "concurrency", "group", "cancel-in-progress");
        Text(Map(root, "concurrency"), "cancel-in-progress").ShouldBe("false", "a run that is cut off is only more to take back");
        var dispatch = Map(Only(Map(root, "on"), "on", "workflow_dispatch"), "workflow_dispatch");
        Inputs = [.. Map(Only(dispatch, "workflow_dispatch", "inputs"), "inputs").Children.Select(input =>
        {
            var declared = Only((YamlMappingNode)input.Value, $"input {input.Key}", "description", "required", "type");
            (Text(declared, "required"), Text(declared, "type")).ShouldBe(("true", "string"));
            return input.Key.ToString();
        })];
        var job = Map(Only(Map(root, "jobs"), "jobs", "provision"), "provision");
        Only(job, "the job", "runs-on", "timeout-minutes", "env", "outputs", "steps");
        Limit = TimeSpan.FromMinutes(int.Parse(Text(job, "timeout-minutes"), System.Globalization.CultureInfo.InvariantCulture));
        Environment = Pairs(job, "env");
        Outputs = Pairs(job, "outputs");
        Steps = [.. ((YamlSequenceNode)job.Children["steps"]).Children.Select(step => ReadStep((YamlMappingNode)step))];
    }

    public string RunName { get; }

    public IReadOnlyList<string> Inputs { get; }

    public TimeSpan Limit { get; }

    public IReadOnlyDictionary<string, string> Environment { get; }

    public IReadOnlyDictionary<string, string> Outputs { get; }

    public IReadOnlyList<WorkflowStep> Steps { get; }

    public static WorkflowFile Parse(string yaml)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(yaml));
        return new WorkflowFile((YamlMappingNode)stream.Documents.Single().RootNode);
    }

    /// <summary>Fills in what stands between <c>${{ }}</c>; an unknown expression throws.</summary>
    public static string Evaluate(string text, Func<string, string> value) => Expression().Replace(text, match => value(match.Groups["what"].Value));

    private static WorkflowStep ReadStep(YamlMappingNode step)
    {
        Only(step, "a step", "name", "id", "if", "env", "run");
        var condition = step.Children.TryGetValue("if", out var given) ? given.ToString() : null;
        (condition ?? AfterTrouble).ShouldBe(AfterTrouble);
        var script = Text(step, "run");
        Expression().IsMatch(script).ShouldBeFalse("an input pasted into a script is a command somebody else wrote");
        return new WorkflowStep(
            Text(step, "name"), step.Children.TryGetValue("id", out var id) ? id.ToString() : null, condition is not null,
            step.Children.ContainsKey("env") ? Pairs(step, "env") : new Dictionary<string, string>(), script);
    }

    private static YamlMappingNode Only(YamlMappingNode node, string what, params string[] known)
    {
        node.Children.Keys.Select(k => k.ToString()).Except(known).ShouldBeEmpty($"{what} has what this runner does not know");
        return node;
    }

    private static YamlMappingNode Map(YamlMappingNode node, string key) => (YamlMappingNode)node.Children[key];

    private static string Text(YamlMappingNode node, string key) => ((YamlScalarNode)node.Children[key]).Value!;

    private static Dictionary<string, string> Pairs(YamlMappingNode node, string key) =>
        Map(node, key).Children.ToDictionary(p => p.Key.ToString(), p => ((YamlScalarNode)p.Value).Value!, StringComparer.Ordinal);

    [GeneratedRegex(@"\$\{\{\s*(?<what>[^}]*?)\s*\}\}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Expression();
}
