using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Slipway.Cli.Output;
using Slipway.Client;
using Spectre.Console;

namespace Slipway.Cli;

/// <summary>One invocation: data goes to <see cref="Output"/>, words and progress to <see cref="Messages"/>.</summary>
internal sealed class Session(CliEnvironment environment, SlipwayClient client, Uri server, bool json) : IDisposable
{
    private static readonly SlipwayJson Readable = new(new JsonSerializerOptions(SlipwayJson.Default.Options) { WriteIndented = true });

    public SlipwayClient Client => client;

    public Uri Server => server;

    public bool Json => json;

    public TimeProvider Time => environment.Time;

    public TextWriter Output => environment.Output;

    public IAnsiConsole Messages { get; } = Terminal.Open(environment);

    /// <summary>Whether somebody watches who sees lines change, or a log does.</summary>
    public bool Live { get; } = environment.ErrorIsTerminal;

    /// <summary>Whether somebody is there to answer a question.</summary>
    public bool CanAsk { get; } = environment is { InputIsTerminal: true, ErrorIsTerminal: true };

    public void Say(string words) => environment.Error.WriteLine(Terminal.Clean(words));

    public void Complain(string words) => Terminal.WriteLine(Messages, words, "red");

    /// <summary>Writes data: the resource itself for a program, the rendering for people.</summary>
    public void Write<T>(T resource, Func<SlipwayJson, JsonTypeInfo<T>> type, Action<TextWriter> render)
    {
        if (json)
        {
            Output.WriteLine(JsonSerializer.Serialize(resource, type(Readable)));
        }
        else
        {
            render(Output);
        }
    }

    public async Task<bool> ConfirmAsync(string question, CancellationToken cancellationToken)
    {
        environment.Error.Write(Terminal.Clean(question) + " [y/N] ");
        // A console's ReadLine heeds no token; Ctrl-C must not wait for Enter.
        var answer = await Task.Run(environment.Input.ReadLine, cancellationToken).WaitAsync(cancellationToken);
        return answer?.Trim().ToUpperInvariant() is "Y" or "YES";
    }

    public void Dispose() => client.Dispose();
}
