using System.Diagnostics;
using System.Globalization;
using System.Threading.Channels;

namespace Slipway.Benchmarks.Engine;

/// <summary>An <see cref="EngineNode"/> in its process, as whoever measures it sees it.</summary>
public sealed class NodeProcess : IAsyncDisposable
{
    private const string AnswerMark = "= ";

    private static readonly string[] Answers = ["ready", "drafted", "granted", "destroyed"];

    private readonly Process _process;
    private readonly Channel<string> _answers = Channel.CreateUnbounded<string>();
    private readonly Task _reading;

    private NodeProcess(Process process, IReadOnlyDictionary<string, string> settings)
    {
        (_process, Settings) = (process, settings);
        _reading = ReadAsync();
    }

    public IReadOnlyDictionary<string, string> Settings { get; }

    public static async Task<NodeProcess> StartAsync(IReadOnlyDictionary<string, string> settings, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(NodeProcess).Assembly.Location, "engine-node"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        // The server's own runtime settings, and not those of this program, which measures clients too.
        start.Environment["DOTNET_gcServer"] = "1";
        start.Environment["DOTNET_TieredPGO"] = "1";
        foreach (var (name, value) in settings)
        {
            start.Environment[name.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        var node = new NodeProcess(Process.Start(start)!, settings);
        await node.HearAsync("ready", cancellationToken);
        return node;
    }

    public async Task TellAsync(string order, string answer, CancellationToken cancellationToken)
    {
        await _process.StandardInput.WriteLineAsync(order.AsMemory(), cancellationToken);
        await HearAsync(answer, cancellationToken);
    }

    /// <returns>Seconds of processor time and commits, both since the process began.</returns>
    public async Task<(double Cpu, long Commits)> FiguresAsync(CancellationToken cancellationToken)
    {
        var words = (await AskAsync("figures", cancellationToken)).Split(' ');
        return (double.Parse(words[0], CultureInfo.InvariantCulture), long.Parse(words[1], CultureInfo.InvariantCulture));
    }

    /// <returns>The bytes of everything reachable, after a full collection.</returns>
    public async Task<long> WeighAsync(CancellationToken cancellationToken) =>
        long.Parse(await AskAsync("weigh", cancellationToken), CultureInfo.InvariantCulture);

    /// <returns>The name that rows carry of what this process has in hand.</returns>
    public Task<string> NameAsync(CancellationToken cancellationToken) => AskAsync("name", cancellationToken);

    /// <summary>Ends it as a power cut would (SIGKILL), and returns when it is dead.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync();
        await _reading;
        _process.Dispose();
    }

    private async Task<string> AskAsync(string question, CancellationToken cancellationToken)
    {
        await _process.StandardInput.WriteLineAsync(question.AsMemory(), cancellationToken);
        return (await HearAsync(question, cancellationToken))[AnswerMark.Length..];
    }

    private async Task<string> HearAsync(string about, CancellationToken cancellationToken)
    {
        try
        {
            return await _answers.Reader.ReadAsync(cancellationToken);
        }
        catch (ChannelClosedException e)
        {
            throw new InvalidOperationException($"A node ended before it answered '{about}'; what it said is above.", e);
        }
    }

    /// <summary>Reads all the time: a server that logs into a full pipe stands still. What is no answer is passed on, but for the first token a server prints.</summary>
    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (Answers.Contains(line) || line.StartsWith(AnswerMark, StringComparison.Ordinal))
            {
                _answers.Writer.TryWrite(line);
            }
            else
            {
                await Console.Error.WriteLineAsync(line);
            }
        }

        _answers.Writer.Complete();
    }
}
