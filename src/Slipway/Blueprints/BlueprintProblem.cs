namespace Slipway.Blueprints;

/// <summary>One thing wrong in a blueprint file, where an editor can jump to. Lines and columns count from 1.</summary>
public sealed record BlueprintProblem(string File, int Line, int Column, string Message)
{
    public override string ToString() => $"{File}:{Line}:{Column}: {Message}";
}

/// <summary>Blueprints that cannot be used, with everything wrong in them at once.</summary>
public sealed class BlueprintException(IReadOnlyList<BlueprintProblem> problems)
    : Exception(string.Join('\n', problems))
{
    public IReadOnlyList<BlueprintProblem> Problems { get; } = problems;
}
