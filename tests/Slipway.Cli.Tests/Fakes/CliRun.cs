using Spectre.Console;

namespace Slipway.Cli.Tests.Fakes;

/// <summary>What an invocation left behind.</summary>
internal sealed record CliResult(int ExitCode, string Output, string Error);

/// <summary>Runs the real command line in this process: parsed, invoked, its streams captured.</summary>
internal sealed class CliRun(Uri server)
{
    private readonly List<(string Words, TaskCompletionSource Said)> _said = [];

    public Dictionary<string, string> Variables { get; } = new()
    {
        ["SLIPWAY_SERVER"] = server.AbsoluteUri,
        ["SLIPWAY_TOKEN"] = FakeServer.Token,
    };

    public TimeProvider Time { get; init; } = new ImpatientTimeProvider();

    public string Input { get; init; } = "";

    public bool OnATerminal { get; init; }

    /// <summary>Completes when a line with these words was said; set before the run.</summary>
    public Task Says(string words)
    {
        var said = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _said.Add((words, said));
        return said.Task;
    }

    public async Task<CliResult> RunAsync(string line, CancellationToken cancellationToken = default) =>
        await RunAsync(line.Split(' '), cancellationToken);

    public async Task<CliResult> RunAsync(string[] args, CancellationToken cancellationToken = default)
    {
        await using var output = new StringWriter();
        await using var error = new Transcript(_said);
        var environment = new CliEnvironment
        {
            Output = output,
            Error = error,
            Input = new StringReader(Input),
            Variable = name => Variables.GetValueOrDefault(name),
            Time = Time,
            ErrorIsTerminal = OnATerminal,
            InputIsTerminal = OnATerminal,
            Ansi = AnsiSupport.Yes,
            Colours = ColorSystemSupport.Standard,
        };
        var code = await Application.RunAsync(args, environment, cancellationToken);
        return new CliResult(code, output.ToString(), error.ToString());
    }

    private sealed class Transcript(List<(string Words, TaskCompletionSource Said)> awaited) : StringWriter
    {
        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            foreach (var (_, said) in awaited.Where(one => value!.Contains(one.Words, StringComparison.Ordinal)))
            {
                said.TrySetResult();
            }
        }
    }
}
