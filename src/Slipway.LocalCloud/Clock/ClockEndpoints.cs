using System.Globalization;
using Slipway.LocalCloud.SideChannel;

namespace Slipway.LocalCloud.Clock;

internal sealed record ClockView(string Mode, double Scale, DateTimeOffset Now);

internal sealed record MoveClock(string? Advance, DateTimeOffset? Set);

internal static class ClockEndpoints
{
    public static void MapClock(this IEndpointRouteBuilder local)
    {
        local.MapGet("/clock", (TimeProvider time) => Answer(time));
        local.MapPost("/clock", async (HttpContext context, TimeProvider time) =>
        {
            var wanted = await SideChannelFault.ReadAsync(context, SideChannelJson.Wire.MoveClock);
            if (time is not CloudClock clock)
            {
                throw new SideChannelFault(409, "this clock belongs to the process that started LocalCloud; move it there");
            }

            try
            {
                await (wanted switch
                {
                    { Advance: { } text, Set: null } => clock.AdvanceAsync(Duration(text)),
                    { Advance: null, Set: { } moment } => clock.AdvanceToAsync(moment),
                    _ => throw new SideChannelFault(400, "give either advance, e.g. 00:10:00, or set, e.g. 2026-11-21T09:00:00Z"),
                });
            }
            catch (TimeWentBackException back)
            {
                throw new SideChannelFault(400, back.Message);
            }

            return Answer(time);
        });
    }

    private static TimeSpan Duration(string text) =>
        TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var duration) && duration >= TimeSpan.Zero
            ? duration
            : throw new SideChannelFault(400, $"advance is '{text}'; give [days.]hours:minutes:seconds, e.g. 30.00:00:00");

    private static IResult Answer(TimeProvider time)
    {
        var setting = (time as CloudClock)?.Setting ?? new ClockSetting("given", 0);
        return TypedResults.Json(new ClockView(setting.Mode, setting.Scale, time.GetUtcNow()), SideChannelJson.Wire.ClockView);
    }
}
