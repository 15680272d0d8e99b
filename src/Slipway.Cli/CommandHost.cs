using System.CommandLine;
using Slipway.Cli.Options;
using Slipway.Client;

namespace Slipway.Cli;

/// <summary>Opens a session for a command and turns everything that goes wrong into words and an exit code: the only place that does.</summary>
internal sealed class CommandHost(CliEnvironment environment)
{
    public CliEnvironment Environment => environment;

    public GlobalOptions Options { get; } = new(environment);

    public Command Handle(Command command, Func<ParseResult, Session, CancellationToken, Task<int>> run, bool tokenNeeded = true)
    {
        command.SetAction((parse, cancellationToken) => RunAsync(parse, run, tokenNeeded, cancellationToken));
        return command;
    }

    private async Task<int> RunAsync(
        ParseResult parse, Func<ParseResult, Session, CancellationToken, Task<int>> run, bool tokenNeeded, CancellationToken cancellationToken)
    {
        Session? session = null;
        try
        {
            session = Options.Open(parse, tokenNeeded);
            return await run(parse, session, cancellationToken);
        }
        catch (UsageException mistake)
        {
            environment.Error.WriteLine(mistake.Message);
            return ExitCodes.Usage;
        }
        catch (SlipwayException refusal)
        {
            session!.Complain(Words.Refusal(refusal, session.Server));
            return ExitCodes.Of(refusal);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            environment.Error.WriteLine(Words.Interrupted);
            return ExitCodes.Interrupted;
        }
        finally
        {
            session?.Dispose();
        }
    }
}

/// <summary>The command line was well-formed but cannot be meant so; the message says what to write instead.</summary>
internal sealed class UsageException(string message) : Exception(message);
