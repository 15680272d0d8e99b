using System.CommandLine;
using Slipway.Cli.Output;

namespace Slipway.Cli.Alerts;

internal static class AlertList
{
    public static Command Create(CommandHost host)
    {
        var all = new Option<bool>("--all") { Description = Words.AllAlertsOption };
        var command = new Command("list", Words.AlertList) { all };
        return host.Handle(command, (parse, session, stop) => RunAsync(session, parse.GetValue(all), stop));
    }

    internal static async Task<int> RunAsync(Session session, bool all, CancellationToken cancellationToken)
    {
        var alerts = await session.Client.Alerts.ListAsync(all, cancellationToken);
        session.Write(new Client.AlertList(alerts), json => json.AlertList, output => AlertText.Write(output, alerts, session.Time.GetUtcNow()));
        return ExitCodes.Ok;
    }
}
