using System.CommandLine;
using Slipway.Cli.Options;
using Slipway.Cli.Output;

namespace Slipway.Cli.Alerts;

internal static class AlertAck
{
    public static Command Create(CommandHost host)
    {
        var id = IdArgument.Create("id", Words.AlertId);
        var command = new Command("ack", Words.AlertAck) { id };
        return host.Handle(command, (parse, session, stop) => RunAsync(session, parse.GetRequiredValue(id), stop));
    }

    internal static async Task<int> RunAsync(Session session, string id, CancellationToken cancellationToken)
    {
        var alert = await session.Client.Alerts.AcknowledgeAsync(id, cancellationToken);
        session.Write(alert, json => json.AlertResource, output => AlertText.Write(output, alert, session.Time.GetUtcNow()));
        return ExitCodes.Ok;
    }
}
