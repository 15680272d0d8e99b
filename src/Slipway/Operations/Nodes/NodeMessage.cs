namespace Slipway.Operations.Nodes;

/// <summary>What nodes tell each other. Every message only hurries: the rows say the same.</summary>
internal static class NodeMessage
{
    /// <summary>Something lies about that nothing will ring for: look.</summary>
    public const string Sweep = "sweep";

    private const string WakeVerb = "wake ";
    private const string FreeVerb = "free ";

    /// <summary>To the node that carries the operation: what it waits for may have happened.</summary>
    public static string Wake(string node, string operation) => WakeVerb + node + " " + operation;

    /// <summary>To all: this node stops, and carries the operation no more.</summary>
    public static string Free(string operation) => FreeVerb + operation;

    /// <returns>The operation to wake, if it is <paramref name="node"/> that is spoken to.</returns>
    public static string? WokenAt(string node, string message) =>
        message.StartsWith(WakeVerb, StringComparison.Ordinal) && message.Split(' ') is [_, var to, var operation] && to == node ? operation : null;

    public static string? Freed(string message) => message.StartsWith(FreeVerb, StringComparison.Ordinal) ? message[FreeVerb.Length..] : null;
}
