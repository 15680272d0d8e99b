using System.Net;
using Slipway.Client;

namespace Slipway.Cli;

/// <summary>What the process's exit code says; scripts branch on these, so they never change meaning.</summary>
internal static class ExitCodes
{
    public const int Ok = 0;
    public const int Error = 1;
    public const int Usage = 2;
    public const int NotFound = 3;
    public const int NotAllowed = 4;
    public const int Conflict = 5;
    public const int RolledBack = 6;
    public const int CleanUpPending = 7;
    public const int TimedOut = 124;
    public const int Interrupted = 130;

    public static int Of(SlipwayException refusal) => refusal.Status switch
    {
        HttpStatusCode.NotFound => NotFound,
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => NotAllowed,
        HttpStatusCode.Conflict => Conflict,
        _ => Error,
    };

    public static int Of(OperationResource ended) => ended switch
    {
        { Status: "succeeded" } => Ok,
        { Status: "undone" } => RolledBack,
        { Direction: "undoing" } => CleanUpPending,
        _ => Error,
    };
}
