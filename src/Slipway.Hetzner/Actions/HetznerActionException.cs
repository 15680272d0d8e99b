namespace Slipway.Hetzner;

/// <summary>An action ended with an error.</summary>
/// <param name="action">The action as Hetzner last described it.</param>
public sealed class HetznerActionException(HetznerAction action) : Exception(Describe(action))
{
    /// <summary>The action, with its <see cref="HetznerAction.Error"/>.</summary>
    public HetznerAction Action { get; } = action;

    /// <summary>The action's error code; <c>unknown_error</c> when Hetzner gave none.</summary>
    public string Code { get; } = CodeOf(action);

    private static string CodeOf(HetznerAction action) =>
        string.IsNullOrEmpty(action.Error?.Code) ? HetznerErrorCodes.UnknownError : action.Error.Code;

    private static string Describe(HetznerAction action)
    {
        var message = string.IsNullOrEmpty(action.Error?.Message) ? "no message" : action.Error.Message;
        var on = string.Join(", ", action.Resources.Select(r => $"{r.Type} {r.Id}"));
        return $"Hetzner's action {action.Command} ({action.Id}{(on.Length > 0 ? $", {on}" : "")}) failed: {message} ({CodeOf(action)}). "
            + "Look at the resource before trying again: it may be half done.";
    }
}
