using System.CommandLine;
using Slipway.Cli.Options;
using Slipway.Cli.Output;

namespace Slipway.Cli.Agents;

internal static class AgentLogs
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    public static Command Create(CommandHost host)
    {
        var id = IdArgument.Create("id", Words.AgentId);
        var lines = new Option<int>("--lines", "-n") { Description = Words.LinesOption, DefaultValueFactory = _ => 100 };
        var follow = new Option<bool>("--follow", "-f") { Description = Words.FollowOption };
        var command = new Command("logs", Words.AgentLogs) { id, lines, follow };
        return host.Handle(command, (parse, session, stop) => RunAsync(
            session, parse.GetRequiredValue(id), parse.GetValue(lines), parse.GetValue(follow), stop));
    }

    internal static async Task<int> RunAsync(Session session, string id, int lines, bool follow, CancellationToken cancellationToken)
    {
        var page = await session.Client.Agents.LogAsync(id, lines, cancellationToken: cancellationToken);
        session.Write(page, json => json.AgentLog, output => Write(output, page.Lines));
        while (follow)
        {
            await Task.Delay(Pause, session.Time, cancellationToken);
            page = await session.Client.Agents.LogAsync(id, 1000, page.Cursor, cancellationToken);
            if (page.Lines.Count > 0)
            {
                session.Write(page, json => json.AgentLog, output => Write(output, page.Lines));
            }
        }

        return ExitCodes.Ok;
    }

    private static void Write(TextWriter output, IReadOnlyList<string> lines)
    {
        foreach (var line in lines)
        {
            output.WriteLine(Terminal.Clean(line));
        }
    }
}
