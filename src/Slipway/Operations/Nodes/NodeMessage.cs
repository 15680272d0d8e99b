namespace Slipway.Operations.Nodes;

/// <summary>What nodes tell each other. Every message only hurries: the rows say the same.</summary>
internal static class NodeMessage
{
    /// <summary>To all: something is due that nobody carries. Said often in one transaction, it is heard once.</summary>
    public const string Due = "due";

    private const string WakeVerb = "wake ";

    /// <summary>To the node that carries the operation: what it waits for may have happened.</summary>
    public static string Wake(string node, string operation) => WakeVerb + node + " " + operation;

    /// <returns>The operation to wake, if it is <paramref name="node"/> that is spoken to.</returns>
    public static string? WokenAt(string node, string message) =>
        message.StartsWith(WakeVerb, StringComparison.Ordinal) && message.Split(' ') is [_, var to, var operation] && to == node ? operation : null;
}
