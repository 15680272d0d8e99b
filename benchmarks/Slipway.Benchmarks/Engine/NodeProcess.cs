using System.Diagnostics;
using System.Globalization;

namespace Slipway.Benchmarks.Engine;

/// <summary>An <see cref="EngineNode"/> in its process, as whoever measures it sees it.</summary>
public sealed class NodeProcess : IAsyncDisposable
{
    private readonly Process _process;

    private NodeProcess(Process process) => _process = process;

    public static async Task<NodeProcess> StartAsync(IReadOnlyDictionary<string, string> settings, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(NodeProcess).Assembly.Location, "engine-node"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        foreach (var (name, value) in settings)
        {
            start.Environment[name.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        var node = new NodeProcess(Process.Start(start)!);
        await node.AnswerAsync("ready", cancellationToken);
        return node;
    }

    public async Task TellAsync(string order, string answer, CancellationToken cancellationToken)
    {
        await _process.StandardInput.WriteLineAsync(order.AsMemory(), cancellationToken);
        await AnswerAsync(answer, cancellationToken);
    }

    /// <returns>Seconds of processor time and commits, both since the process began.</returns>
    public async Task<(double Cpu, long Commits)> FiguresAsync(CancellationToken cancellationToken)
    {
        await _process.StandardInput.WriteLineAsync("figures".AsMemory(), cancellationToken);
        var words = (await AnswerAsync(null, cancellationToken)).Split(' ');
        return (double.Parse(words[0], CultureInfo.InvariantCulture), long.Parse(words[1], CultureInfo.InvariantCulture));
    }

    /// <returns>The bytes of everything reachable, after a full collection.</returns>
    public async Task<long> WeighAsync(CancellationToken cancellationToken)
    {
        await _process.StandardInput.WriteLineAsync("weigh".AsMemory(), cancellationToken);
        return long.Parse(await AnswerAsync(null, cancellationToken), CultureInfo.InvariantCulture);
    }

    /// <summary>Ends it as a power cut would.</summary>
    public void Kill() => _process.Kill();

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    /// <summary>The next line that is an answer; a server also prints its first token.</summary>
    private async Task<string> AnswerAsync(string? wanted, CancellationToken cancellationToken)
    {
        while (await _process.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
        {
            if (wanted is null ? char.IsAsciiDigit(line.FirstOrDefault()) : line == wanted)
            {
                return line;
            }
        }

        throw new InvalidOperationException($"A node ended before it answered{(wanted is null ? "" : $" '{wanted}'")}; what it said is above.");
    }
}
