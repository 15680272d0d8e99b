using Spectre.Console;

namespace Slipway.Cli.Output;

/// <summary>Where words and progress go, and what may not reach it.</summary>
internal static class Terminal
{
    public static IAnsiConsole Open(CliEnvironment environment)
    {
        var terminal = environment.ErrorIsTerminal;
        var coloured = terminal && string.IsNullOrEmpty(environment.Variable("NO_COLOR"));
        return AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(environment.Error),
            Ansi = terminal ? environment.Ansi : AnsiSupport.No,
            ColorSystem = coloured ? environment.Colours : ColorSystemSupport.NoColors,
            Interactive = terminal ? InteractionSupport.Yes : InteractionSupport.No,
            Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
        });
    }

    /// <summary>Names come from customers and messages from machines: neither may steer the operator's terminal.</summary>
    public static string Clean(string text) => string.Concat(text.Select(c => char.IsControl(c) && c is not ('\n' or '\t') ? '\uFFFD' : c));

    /// <summary>Words in a colour where the console has colours; in a log as they are, never wrapped.</summary>
    public static void WriteLine(IAnsiConsole console, string words, string colour)
    {
        if (console.Profile.Capabilities is { Ansi: true, ColorSystem: not ColorSystem.NoColors })
        {
            console.MarkupLine($"[{colour}]{Markup.Escape(Clean(words))}[/]");
        }
        else
        {
            console.Profile.Out.Writer.WriteLine(Clean(words));
        }
    }
}
