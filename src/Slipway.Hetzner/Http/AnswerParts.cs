using System.Diagnostics.CodeAnalysis;

namespace Slipway.Hetzner.Http;

/// <summary>An answer can be JSON and still lack what it is for.</summary>
internal static class AnswerParts
{
    public static T OrMissing<T>([NotNull] this T? part, string endpoint, string name)
        where T : class =>
        part ?? throw new HetznerException(
            $"{endpoint} succeeded, but its answer has no '{name}' ({HetznerErrorCodes.InvalidResponse}). Check that the base address is the Hetzner Cloud API.",
            HetznerErrorCodes.InvalidResponse, null, endpoint, isOutcomeUnknown: endpoint.StartsWith("POST", StringComparison.Ordinal));
}
