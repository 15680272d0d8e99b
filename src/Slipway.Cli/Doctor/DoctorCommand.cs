using System.CommandLine;
using Slipway.Cli.Output;
using Slipway.Client;

namespace Slipway.Cli.Doctor;

/// <summary>First the way to the server, then what the server says about itself.</summary>
internal static class DoctorCommand
{
    private static readonly TimeSpan LargestSkew = TimeSpan.FromSeconds(30);

    public static Command Create(CommandHost host) =>
        host.Handle(new Command("doctor", Words.Doctor), (_, session, stop) => RunAsync(session, stop), tokenNeeded: false);

    internal static async Task<int> RunAsync(Session session, CancellationToken cancellationToken)
    {
        var checks = await ExamineAsync(session, cancellationToken);
        session.Write(new DoctorReport(checks), json => json.DoctorReport, output => Render(output, checks));

        var failed = checks.Count(check => !check.Ok);
        session.Say(failed == 0 ? Words.Healthy : Words.Unhealthy(failed));
        return failed == 0 ? ExitCodes.Ok : ExitCodes.Error;
    }

    private static async Task<List<DoctorCheck>> ExamineAsync(Session session, CancellationToken cancellationToken)
    {
        var reached = new DoctorCheck("server", true, $"answers at {session.Server}", null);
        try
        {
            var examination = await session.Client.Doctor.ExamineAsync(cancellationToken);
            List<DoctorCheck> checks = [reached, new DoctorCheck("token", true, "accepted", null)];
            if (examination.ServerTime is { } serverTime)
            {
                checks.Add(CheckClock(session.Time.GetUtcNow() - serverTime));
            }

            return [.. checks, .. examination.Checks];
        }
        catch (SlipwayException refusal) when (refusal.Status is null)
        {
            return [new DoctorCheck("server", false, refusal.Detail, Words.WhatToDo(refusal, session.Server))];
        }
        catch (SlipwayException refusal)
        {
            var about = ExitCodes.Of(refusal) == ExitCodes.NotAllowed ? "token" : "report";
            return [reached, new DoctorCheck(about, false, refusal.Detail, Words.WhatToDo(refusal, session.Server))];
        }
    }

    private static DoctorCheck CheckClock(TimeSpan ahead) => ahead.Duration() <= LargestSkew
        ? new DoctorCheck("clock", true, "agrees with the server's", null)
        : new DoctorCheck("clock", false, Words.Skew(ahead), Words.SkewFix);

    private static void Render(TextWriter output, List<DoctorCheck> checks)
    {
        var width = checks.Max(check => check.Name.Length);
        foreach (var check in checks)
        {
            output.WriteLine(Terminal.Clean($"{(check.Ok ? "✓" : "✗")} {check.Name.PadRight(width)}  {check.Detail}"));
            if (check is { Ok: false, Fix: { } fix })
            {
                output.WriteLine(Terminal.Clean($"  {"".PadRight(width)}  → {fix}"));
            }
        }
    }
}
