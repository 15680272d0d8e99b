using Spectre.Console;

namespace Slipway.Cli;

/// <summary>What the process gives a command: its streams, its variables, its clock.</summary>
internal sealed record CliEnvironment
{
    public required TextWriter Output { get; init; }

    public required TextWriter Error { get; init; }

    public required TextReader Input { get; init; }

    public required Func<string, string?> Variable { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public bool ErrorIsTerminal { get; init; }

    public bool InputIsTerminal { get; init; }

    public AnsiSupport Ansi { get; init; } = AnsiSupport.Detect;

    public ColorSystemSupport Colours { get; init; } = ColorSystemSupport.Detect;

    public static CliEnvironment OfThisProcess() => new()
    {
        Output = Console.Out,
        Error = Console.Error,
        Input = Console.In,
        Variable = Environment.GetEnvironmentVariable,
        ErrorIsTerminal = !Console.IsErrorRedirected,
        InputIsTerminal = !Console.IsInputRedirected,
    };
}
